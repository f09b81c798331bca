#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <httplib.h>

#include "http/answer.hpp"
#include "http/operation_json.hpp"
#include "http/paging.hpp"
#include "http/routes.hpp"
#include "model/errc.hpp"

namespace pixmill::http {
namespace {

constexpr std::size_t usual_points = 200;
constexpr std::int64_t most_points = 2'000;
constexpr std::int64_t usual_stretch_s = 3'600;

void refuse(httplib::Response& to, const std::string& detail) {
  send_problem(to,
               {422, "option-invalid", "An option is not valid", detail, 0});
}

// A whole number of at least `least`; `usual` where there is none.
std::optional<std::int64_t> number_in(const httplib::Request& request,
                                      const char* name, std::int64_t usual,
                                      std::int64_t least, std::int64_t most) {
  if (!request.has_param(name))
    return usual;
  const auto text = request.get_param_value(name);
  std::int64_t out = 0;
  const auto* end = text.data() + text.size();
  const auto [last, wrong] = std::from_chars(text.data(), end, out);
  if (wrong != std::errc{} || last != end || out < least || out > most)
    return std::nullopt;
  return out;
}

void send_overview(route_context& context, httplib::Response& response) {
  const auto records = context.head.jobs();
  if (!records)
    return send_problem(response, problem_of(records.error()));
  std::map<job_state, std::size_t> jobs;
  for (const auto& each : *records)
    ++jobs[each.state];
  send_json(response, 200, to_json(context.head.inside().overview(), jobs));
}

void send_history(route_context& context, const httplib::Request& request,
                  httplib::Response& response) {
  const auto now = unix_now() / 1'000;
  const auto to = number_in(request, "to", now, 0, now + 86'400);
  const auto from = number_in(
    request, "from", to.value_or(now) - usual_stretch_s, 0, to.value_or(now));
  const auto points =
    number_in(request, "points", usual_points, 1, most_points);
  if (!to || !from || !points)
    return refuse(response, "from and to are seconds since 1970 in this order, "
                            "points are 1 to 2000");
  const auto metric = request.has_param("metric")
                        ? request.get_param_value("metric")
                        : std::string{"images_per_s"};
  const auto stretch = context.head.inside().history(
    *from, *to, static_cast<std::size_t>(*points));
  if (!stretch)
    return send_problem(response, problem_of(stretch.error()));
  const auto body = to_json(metric, *stretch);
  if (body.empty())
    return refuse(response, "metric: images_per_s, bytes_in_per_s, "
                            "bytes_out_per_s, failures_per_s or cpu is wanted");
  send_json(response, 200, body);
}

void send_failures(route_context& context, const httplib::Request& request,
                   httplib::Response& response) {
  const auto limit = page_size_of(request);
  if (!limit)
    return refuse_page_size(response);
  const auto offset = number_in(request, "cursor", 0, 0, 1'000'000'000);
  if (!offset)
    return refuse(response, "cursor: that of another page is wanted");
  auto groups = context.head.inside().failures(request.get_param_value("job"));
  if (!groups)
    return send_problem(response, problem_of(groups.error()));
  const auto code = request.get_param_value("code");
  const auto host = request.get_param_value("host");
  std::erase_if(*groups, [&](const failure_group& x) {
    return (!code.empty() && x.code != code)
           || (!host.empty() && x.host != host);
  });
  std::stable_sort(
    groups->begin(), groups->end(),
    [](const auto& a, const auto& b) { return a.count > b.count; });
  std::string next;
  const auto body =
    to_json(*groups, static_cast<std::size_t>(*offset), *limit, next);
  if (!next.empty())
    link_next(request, response, next, {"limit", "job", "code", "host"});
  send_json(response, 200, body);
}

void send_audit(route_context& context, const httplib::Request& request,
                httplib::Response& response) {
  const auto limit = page_size_of(request);
  if (!limit)
    return refuse_page_size(response);
  auto page = context.head.inside().audited(request.get_param_value("cursor"),
                                            *limit + 1);
  if (!page)
    return send_problem(response, problem_of(page.error()));
  std::string next;
  if (page->size() > *limit) {
    page->resize(*limit);
    next = page->back().id;
    link_next(request, response, next, {"limit"});
  }
  send_json(response, 200, to_json(*page, next));
}

} // namespace

void add_operation_routes(httplib::Server& server, route_context& context) {
  server.Get("/v1/overview", [&context](const auto&, auto& response) {
    send_overview(context, response);
  });
  server.Get("/v1/history", [&context](const auto& request, auto& response) {
    send_history(context, request, response);
  });
  server.Get("/v1/errors", [&context](const auto& request, auto& response) {
    send_failures(context, request, response);
  });
  server.Get("/v1/origins", [&context](const auto&, auto& response) {
    auto& inside = context.head.inside();
    send_json(response, 200,
              to_json(inside.origins(), inside.origin_budgets()));
  });
  server.Get("/v1/audit", [&context](const auto& request, auto& response) {
    send_audit(context, request, response);
  });
  server.Get("/v1/config", [&context](const auto&, auto& response) {
    send_json(response, 200, to_json(context.head.inside().settings()));
  });
}

} // namespace pixmill::http
