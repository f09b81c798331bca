#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "telemetry/metrics.hpp"

namespace pixmill::http {

/// How many requests this process has answered, and how fast. Any thread may
/// count.
class request_metrics {
public:
  static request_metrics& instance();

  /// @param route A literal out of `route_of`.
  void count(std::string_view method, std::string_view route, int status,
             std::chrono::nanoseconds took);

  /// Counts a request or connection that the gate refused itself.
  /// @param code Of a `refusal`: a literal.
  void count_refusal(std::string_view code);

  /// Says how many connections are open.
  void set_connections(std::size_t open) noexcept {
    connections_.store(open, std::memory_order_relaxed);
  }

  void add_to(telemetry::metric_page& page) const;

private:
  using answer = std::tuple<std::string_view, std::string_view, int>;

  mutable std::mutex mutex_;
  std::map<answer, std::uint64_t> answers_;
  std::map<std::string_view, telemetry::latency_histogram> latencies_;
  std::map<std::string_view, std::uint64_t> refusals_;
  std::atomic<std::size_t> connections_{0};
};

} // namespace pixmill::http
