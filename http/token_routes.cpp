#include "http/routes.hpp"

#include <utility>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/answer.hpp"
#include "http/token_json.hpp"
#include "model/api_token.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

constexpr auto last_token_warning =
  "That was the last token: until this service is started again, everything "
  "but health is refused. Stop it, and make a token with pixmill token new.";

void add_token(route_context& context, const httplib::Request& request,
               httplib::Response& response) {
  auto wish = read_token_wish(request.body);
  if (!wish)
    return send_problem(response, problem_of(wish.error()));
  auto drawn = draw_token(*wish, unix_now());
  if (!drawn)
    return send_problem(response, problem_of(drawn.error()));
  // It counts once it is durable: a token that a restart forgets is none.
  if (auto added = context.head.add_token(drawn->token); !added)
    return send_problem(response, problem_of(added.error()));
  context.access.tokens().add({drawn->token});
  send_json(response, 201, to_json(*drawn));
}

void list_tokens(route_context& context, httplib::Response& response) {
  send_json(response, 200, to_json(context.access.tokens().all(), unix_now()));
}

void revoke_token(route_context& context, const httplib::Request& request,
                  httplib::Response& response) {
  const auto id = request.matches[1].str();
  // First here, so that it counts no more even if the disk is full.
  const bool counted = context.access.tokens().remove(id);
  const auto stored = context.head.revoke_token(id);
  if (!stored) {
    auto why = problem_of(stored.error());
    if (counted)
      why.detail += "; the token counts no more until the next start: revoke "
                    "it again once there is space";
    return send_problem(response, why);
  }
  if (!counted && !*stored)
    return send_problem(
      response, {404, "no-such-token", "There is no such token", id, 0});
  if (context.access.tokens().size() > 0)
    response.status = 204;
  else
    send_json(response, 200,
              json{{"id", id}, {"warning", last_token_warning}}.dump());
}

} // namespace

void add_token_routes(httplib::Server& server, route_context& context) {
  server.Post("/v1/tokens", [&context](const httplib::Request& request,
                                       httplib::Response& response) {
    add_token(context, request, response);
  });
  server.Get("/v1/tokens", [&context](const auto&, auto& response) {
    list_tokens(context, response);
  });
  server.Delete("/v1/tokens/([^/]+)",
                [&context](const httplib::Request& request, auto& response) {
                  revoke_token(context, request, response);
                });
}

} // namespace pixmill::http
