#include "http/routes.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/answer.hpp"
#include "http/delivery_json.hpp"
#include "http/paging.hpp"
#include "model/errc.hpp"
#include "model/options.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::json;

void send_deliveries(route_context& context, const httplib::Request& request,
                     httplib::Response& response) {
  const auto id = request.matches[1].str();
  const auto limit = page_size_of(request);
  if (!limit)
    return refuse_page_size(response);
  if (auto job = find_job(context, request, id); !job)
    return send_problem(response, problem_of(job.error()));
  auto events = context.head.deliveries(id);
  if (!events)
    return send_problem(response, problem_of(events.error()));
  // Newest first; the cursor is the last id of the page before.
  std::reverse(events->begin(), events->end());
  if (const auto cursor = request.get_param_value("cursor"); !cursor.empty())
    std::erase_if(*events, [&](const auto& x) { return x.id >= cursor; });
  std::string next;
  if (events->size() > *limit) {
    events->resize(*limit);
    next = events->back().id;
    link_next(request, response, next, {"limit"});
  }
  const auto body = to_json(*events, next);
  send_tagged_json(request, response, body, etag_of(body));
}

// Of all jobs.
void send_recent(route_context& context, const httplib::Request& request,
                 httplib::Response& response) {
  const auto limit = page_size_of(request);
  if (!limit)
    return refuse_page_size(response);
  const auto word = request.get_param_value("state");
  std::optional<delivery_state> state;
  for (const auto each : {delivery_state::pending, delivery_state::delivered,
                          delivery_state::failed, delivery_state::disabled})
    if (to_string(each) == word)
      state = each;
  if (!state && !word.empty())
    return send_problem(
      response, {422, "option-invalid", "An option is not valid",
                 "state: pending, delivered, failed or disabled is wanted", 0});
  std::string next;
  const auto events = context.head.inside().deliveries(
    request.get_param_value("cursor"), state, *limit, next);
  if (!events)
    return send_problem(response, problem_of(events.error()));
  if (!next.empty())
    link_next(request, response, next, {"limit", "state"});
  send_json(response, 200, to_json(*events, next));
}

void replay(route_context& context, const httplib::Request& request,
            httplib::Response& response) {
  const auto id = request.matches[1].str();
  const auto known = context.head.delivery_of(id);
  if (!known)
    return send_problem(response, problem_of(known.error()));
  // Of a job that its sender may not know of, nothing is known either.
  if (!find_job(context, request, known->job.id))
    return send_problem(response,
                        problem_of(make_error(errc::no_such_delivery, id)));
  const auto event = context.head.replay(id);
  if (!event)
    return send_problem(response, problem_of(event.error()));
  send_json(response, 202, to_json(*event));
}

void test_webhook(route_context& context, const httplib::Request& request,
                  httplib::Response& response) {
  const auto body = json::parse(request.body, nullptr, false);
  const bool asks = body.is_object() && body.size() == 1 && body.contains("url")
                    && body["url"].is_string();
  const auto url = asks ? body["url"].get<std::string>() : std::string{};
  if (!is_webhook_url(url))
    return send_problem(
      response, {422, "option-invalid", "An option is not valid",
                 "{\"url\": \"https://...\"} is wanted: http or https, with a "
                 "host and no user, at most 2000 bytes",
                 0});
  const auto ping = context.head.ping(url);
  if (!ping)
    return send_problem(response, problem_of(ping.error()));
  send_json(response, 200, to_json(*ping, url));
}

} // namespace

void add_webhook_routes(httplib::Server& server, route_context& context) {
  server.Get("/v1/jobs/([^/]+)/deliveries",
             [&context](const auto& request, auto& response) {
               send_deliveries(context, request, response);
             });
  server.Get("/v1/deliveries", [&context](const auto& request, auto& response) {
    send_recent(context, request, response);
  });
  server.Post(
    "/v1/deliveries/([^/]+)/replay",
    [&context](const httplib::Request& request, httplib::Response& response) {
      replay(context, request, response);
    });
  server.Post("/v1/webhooks/test", [&context](const httplib::Request& request,
                                              httplib::Response& response) {
    test_webhook(context, request, response);
  });
}

} // namespace pixmill::http
