#include "http/request_metrics.hpp"

#include <algorithm>
#include <array>

namespace pixmill::http {
namespace {

// Callers choose the method; the metrics must not grow with their fancy.
std::string_view known_method(std::string_view method) {
  constexpr std::array<std::string_view, 7> known{
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  const auto found = std::find(known.begin(), known.end(), method);
  return found == known.end() ? "other" : *found;
}

} // namespace

request_metrics& request_metrics::instance() {
  static request_metrics all;
  return all;
}

void request_metrics::count(std::string_view method, std::string_view route,
                            int status, std::chrono::nanoseconds took) {
  const std::lock_guard lock{mutex_};
  ++answers_[{route, known_method(method), status}];
  latencies_[route].count(took);
}

void request_metrics::count_refusal(std::string_view code) {
  const std::lock_guard lock{mutex_};
  ++refusals_[code];
}

void request_metrics::add_to(telemetry::metric_page& page) const {
  const std::lock_guard lock{mutex_};
  for (const auto& [key, count] : answers_) {
    const auto& [route, method, status] = key;
    page.counter("pixmill_http_requests_total", "Requests that were answered.",
                 static_cast<double>(count),
                 {{"route", route},
                  {"method", method},
                  {"status", std::to_string(status)}});
  }
  for (const auto& [route, latency] : latencies_)
    page.histogram("pixmill_http_request_seconds",
                   "From a whole request to the end of its answer.", latency,
                   {{"route", route}});
  for (const auto& [code, count] : refusals_)
    page.counter("pixmill_gate_refusals_total",
                 "Requests and connections that the gate refused.",
                 static_cast<double>(count), {{"code", code}});
  page.gauge("pixmill_gate_connections", "Connections that are open.",
             static_cast<double>(connections_.load(std::memory_order_relaxed)));
}

} // namespace pixmill::http
