#pragma once

#include <chrono>
#include <memory>

namespace spdlog {
class logger;
namespace sinks {
class sink;
} // namespace sinks
} // namespace spdlog

namespace pixmill::telemetry {

/// Lines on their way to a sink, which a thread of its own writes: a terminal
/// that is held, a full pipe or a busy disk stops nobody who logs. When more
/// lines wait than there is room for, the oldest are dropped, and a line says
/// how many.
class log_queue {
public:
  explicit log_queue(std::shared_ptr<spdlog::sinks::sink> sink);
  /// Waits for the sink, however long it takes: see `drain`.
  ~log_queue();
  log_queue(const log_queue&) = delete;
  log_queue& operator=(const log_queue&) = delete;

  /// Returns what writes into the queue; thread-safe.
  spdlog::logger& logger() noexcept;

  /// Waits until all that was logged before is written.
  /// @returns False when that took longer than `longest`.
  bool drain(std::chrono::milliseconds longest);

private:
  class writer;
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace pixmill::telemetry
