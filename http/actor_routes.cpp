#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/actor_json.hpp"
#include "http/answer.hpp"
#include "http/missing_actor.hpp"
#include "http/paging.hpp"
#include "http/request_scope.hpp"
#include "http/routes.hpp"
#include "model/errc.hpp"
#include "model/quantity.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds usual_window{10'000};
constexpr std::size_t usual_top = 20;
constexpr std::size_t deepest = 10;

void refuse(httplib::Response& to, const std::string& detail) {
  send_problem(to,
               {422, "option-invalid", "An option is not valid", detail, 0});
}

// A number within bounds; nothing: it is none.
std::optional<std::size_t> number_in(const httplib::Request& request,
                                     const char* name, std::size_t usual,
                                     std::size_t least, std::size_t most) {
  if (!request.has_param(name))
    return usual;
  const auto text = request.get_param_value(name);
  std::size_t out = 0;
  const auto* end = text.data() + text.size();
  const auto [last, wrong] = std::from_chars(text.data(), end, out);
  if (wrong != std::errc{} || last != end || out < least || out > most)
    return std::nullopt;
  return out;
}

std::optional<milliseconds> window_of(const httplib::Request& request) {
  if (!request.has_param("window"))
    return usual_window;
  const auto time = parse_duration(request.get_param_value("window"));
  if (!time || *time < seconds{1} || *time > survey_log::longest)
    return std::nullopt;
  return std::chrono::duration_cast<milliseconds>(*time);
}

actor_survey look(route_context& context, milliseconds window = usual_window) {
  return context.looks.add(context.head.inside().actors(), window,
                           survey_log::clock::now());
}

void list_actors(route_context& context, const httplib::Request& request,
                 httplib::Response& response) {
  const auto word = request.get_param_value("sort");
  const auto order =
    word.empty() ? actor_order::mailbox : actor_order_from(word);
  if (!order)
    return refuse(response, "sort: mailbox, rate, busy or age is wanted");
  const auto top = number_in(request, "top", usual_top, 1, 1'000);
  if (!top)
    return refuse(response, "top: 1 to 1000 is wanted");
  const auto window = window_of(request);
  if (!window)
    return refuse(response, "window: 1s to 60s is wanted");
  const auto survey = look(context, *window);
  const auto found = top_of(survey,
                            {.kind = request.get_param_value("kind"),
                             .job = request.get_param_value("job"),
                             .node = request.get_param_value("node"),
                             .state = request.get_param_value("state")},
                            *order, *top);
  send_json(response, 200, to_json(survey, found));
}

void send_tree(route_context& context, const httplib::Request& request,
               httplib::Response& response) {
  const auto limit = page_size_of(request);
  if (!limit)
    return refuse_page_size(response);
  const auto depth = number_in(request, "depth", 2, 1, deepest);
  if (!depth)
    return refuse(response, "depth: 1 to 10 is wanted");
  tree_bounds bounds{.depth = *depth,
                     .limit = *limit,
                     .after = request.get_param_value("cursor")};
  if (request.has_param("root"))
    bounds.root = request.get_param_value("root");
  std::string next;
  const auto survey = look(context);
  const auto body = to_json(survey, bounds, next);
  if (body.empty())
    return send_missing_actor(response, bounds.root, survey);
  if (!next.empty())
    link_next(request, response, next, {"limit", "depth", "root"});
  send_json(response, 200, body);
}

void send_actor(route_context& context, const httplib::Request& request,
                httplib::Response& response) {
  const auto id = request.matches[1].str();
  const auto address = actor_address_from(id);
  const auto inside =
    address ? context.head.inside().actor(*address) : std::nullopt;
  const auto survey = look(context);
  const auto body = inside ? to_json(survey, *address, *inside) : std::string{};
  if (body.empty())
    return send_missing_actor(response, id, survey);
  send_json(response, 200, body);
}

// -- kill ---------------------------------------------------------------------

// What ends with an actor, and how it comes back; empty: nobody would bring it
// back.
std::string effect_of(const surveyed_actor& which, std::size_t children) {
  const auto& x = which.report;
  if (x.kind == "image")
    return "the image " + x.label + " of " + x.job
           + " is tried again from its beginning";
  if (x.kind == "row")
    return x.label + " of " + x.job + ": its " + std::to_string(children)
           + " images under way are handed out again";
  if (x.kind == "job")
    return x.label + " starts again from what is recorded; its "
           + std::to_string(children) + " rows under way are handed out again";
  return {};
}

std::string confirmation_in(const std::string& body) {
  const auto parsed = json::parse(body, nullptr, false);
  return parsed.is_object() && parsed.contains("confirm")
             && parsed["confirm"].is_string()
           ? parsed["confirm"].get<std::string>()
           : std::string{};
}

void kill_actor(route_context& context, const httplib::Request& request,
                httplib::Response& response) {
  const auto id = request.matches[1].str();
  const auto survey = look(context);
  const actor_tree tree{survey};
  const auto* which = tree.find(id);
  if (which == nullptr)
    return send_missing_actor(response, id, survey);
  const auto effect = effect_of(*which, tree.of(id).size());
  if (effect.empty())
    return send_problem(
      response, {409, "not-killable", "This actor is not ended by hand",
                 which->report.kind + " " + id
                   + ": nobody would start it again; end the process instead",
                 0});
  if (confirmation_in(request.body) != id)
    return send_problem(
      response, {409, "confirmation-needed", "Say that this is meant",
                 effect + R"(; {"confirm": ")" + id + R"("} does it)", 0});
  if (!context.head.inside().kill(which->address))
    return send_missing_actor(response, id, look(context));
  send_json(response, 202, json{{"killed", id}, {"effect", effect}}.dump());
}

} // namespace

void add_actor_routes(httplib::Server& server, route_context& context) {
  server.Get("/v1/actors", [&context](const auto& request, auto& response) {
    list_actors(context, request, response);
  });
  server.Get("/v1/actors/tree",
             [&context](const auto& request, auto& response) {
               send_tree(context, request, response);
             });
  server.Get(R"(/v1/actors/([^/]+:\d+))",
             [&context](const auto& request, auto& response) {
               send_actor(context, request, response);
             });
  server.Post("/v1/actors/([^/]+)/kill",
              [&context](const httplib::Request& request, auto& response) {
                kill_actor(context, request, response);
              });
}

} // namespace pixmill::http
