#include "http/routes.hpp"

#include <optional>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/answer.hpp"
#include "http/node_json.hpp"
#include "model/job.hpp"

namespace pixmill::http {
namespace {

void list_nodes(route_context& context, httplib::Response& response) {
  const auto nodes = context.head.nodes();
  if (!nodes)
    return send_problem(response, problem_of(nodes.error()));
  send_json(response, 200, to_json(*nodes, to_rfc3339(unix_now())));
}

// Reads `{"leave":true}`; an empty body says nothing.
std::optional<bool> wish_to_leave(const std::string& body) {
  if (body.empty())
    return false;
  const auto read = nlohmann::json::parse(body, nullptr, false);
  if (!read.is_object())
    return std::nullopt;
  bool leave = false;
  for (const auto& [key, value] : read.items()) {
    if (key != "leave" || !value.is_boolean())
      return std::nullopt;
    leave = value.get<bool>();
  }
  return leave;
}

void steer(route_context& context, const httplib::Request& request,
           httplib::Response& response, bool drain) {
  const auto leave = drain ? wish_to_leave(request.body) : false;
  if (!leave)
    return send_problem(response,
                        {422, "option-invalid", "An option is not valid",
                         R"(the body is empty, or {"leave":true})", 0});
  const auto node = context.head.command(
    {.node = request.matches[1].str(), .drain = drain, .leave = *leave});
  if (!node)
    return send_problem(response, problem_of(node.error()));
  send_json(response, 202, to_json(*node));
}

} // namespace

void add_node_routes(httplib::Server& server, route_context& context) {
  server.Get("/v1/nodes", [&context](const auto&, auto& response) {
    list_nodes(context, response);
  });
  server.Post("/v1/nodes/([^/]+)/drain",
              [&context](const httplib::Request& request, auto& response) {
                steer(context, request, response, true);
              });
  server.Post("/v1/nodes/([^/]+)/undrain",
              [&context](const httplib::Request& request, auto& response) {
                steer(context, request, response, false);
              });
}

} // namespace pixmill::http
