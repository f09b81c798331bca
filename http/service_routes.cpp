#include "http/routes.hpp"

#include <array>
#include <exception>

#include <httplib.h>

#include "http/answer.hpp"
#include "http/audit.hpp"
#include "http/request_metrics.hpp"
#include "http/request_scope.hpp"
#include "telemetry/log.hpp"

namespace pixmill::http {
namespace {

// Whoever may not ask is answered before any route is looked for.
bool let_through(route_context& context, const httplib::Request& request,
                 httplib::Response& response) {
  const auto authorization = request.get_header_value("Authorization");
  const auto host = request.get_header_value("Host");
  const auto origin = request.get_header_value("Origin");
  const auto wanted = request.get_header_value("Access-Control-Request-Method");
  const auto verdict = context.access.judge({.method = request.method,
                                             .path = request.path,
                                             .authorization = authorization,
                                             .host = host,
                                             .origin = origin,
                                             .wanted_method = wanted});
  if (auto* scope = request_scope::current(); !authorization.empty() && scope)
    scope->note_token(context.access.caller_of(authorization).token);
  for (const auto& [name, value] : verdict.fields)
    response.set_header(name, value);
  if (verdict.refused)
    send_problem(response, *verdict.refused, verdict.more);
  if (verdict.preflight)
    response.status = 204;
  return !verdict.refused && !verdict.preflight;
}

// The jobs in the store by state: with thousands of them, a few milliseconds.
void add_jobs(route_context& context, telemetry::metric_page& page) {
  const auto jobs = context.head.jobs();
  if (!jobs)
    return;
  constexpr auto last = static_cast<std::size_t>(job_state::canceled);
  std::array<double, last + 1> counts{};
  for (const auto& job : *jobs)
    ++counts[static_cast<std::size_t>(job.state) % counts.size()];
  for (std::size_t i = 0; i < counts.size(); ++i)
    page.gauge("pixmill_jobs", "Jobs in the store, by state.", counts[i],
               {{"state", to_string(static_cast<job_state>(i))}});
}

void send_metrics(route_context& context, httplib::Response& response) {
  telemetry::metric_page page;
  add_jobs(context, page);
  context.head.add_metrics(page);
  request_metrics::instance().add_to(page);
  telemetry::add_actor_metrics(page);
  telemetry::add_process_metrics(page);
  response.set_header("Cache-Control", "no-store");
  response.set_content(page.text(), telemetry::metric_page::content_type);
}

// A bug in a route is one answer, never the end of the service.
void answer_bug(const httplib::Request& request, httplib::Response& response,
                const std::exception_ptr& bug) {
  std::string what = "unknown";
  try {
    std::rethrow_exception(bug);
  } catch (const std::exception& reason) {
    what = reason.what();
  } catch (...) {
    what = "no std::exception";
  }
  telemetry::log(telemetry::log_level::error,
                 request.method + " " + request.path + ": " + what);
  send_problem(response,
               {500, "internal", "Something went wrong inside", "", 0});
}

} // namespace

void add_service_routes(httplib::Server& server, route_context& context) {
  server.Get("/healthz", [](const auto&, auto& response) {
    send_json(response, 200, R"({"status":"ok"})");
  });
  server.Get("/metrics", [&context](const auto&, auto& response) {
    send_metrics(context, response);
  });
  server.Get("/readyz", [&context](const auto&, auto& response) {
    if (context.draining)
      return send_problem(response, {503, "draining", "The service is ending",
                                     "it goes on at its next start", 5});
    // The job table answers only once the journal has.
    if (auto jobs = context.head.jobs(); !jobs)
      send_problem(response, problem_of(jobs.error()));
    else
      send_json(response, 200, R"({"status":"ready"})");
  });
  server.set_pre_routing_handler(
    [&context](const auto& request, auto& response) {
      name_request(request);
      return let_through(context, request, response)
               ? httplib::Server::HandlerResponse::Unhandled
               : httplib::Server::HandlerResponse::Handled;
    });
  server.set_post_routing_handler(
    [&context](const auto& request, auto& response) {
      // Written down before it is answered.
      audit(context, request, response);
      name_answer(request, response);
    });
  server.set_exception_handler(answer_bug);
  server.set_error_handler(
    httplib::Server::Handler{[](const auto& request, auto& response) {
      // The library would cut the range out of the problem.
      const_cast<httplib::Request&>(request).ranges.clear();
      if (!response.body.empty() || response.status == 304)
        return;
      if (response.status == 404)
        send_problem(response, {404, "no-such-route", "There is nothing here",
                                request.method + " " + request.path, 0});
      else if (response.status == 416)
        send_problem(response, {416, "range-not-satisfiable",
                                "The range lies outside the file", "", 0});
      else
        send_problem(response, {response.status, "bad-request",
                                "The request cannot be understood", "", 0});
    }});
}

} // namespace pixmill::http
