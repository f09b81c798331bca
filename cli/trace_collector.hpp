#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/node_directory.hpp"
#include "http/introspection.hpp"

namespace pixmill::cli {

/// The traces that were begun here, wherever their messages are written down:
/// on this node, on another, or, if they are of a job, on all of them.
/// Thread-safe.
class trace_collector {
public:
  /// @param nodes Outlives it.
  explicit trace_collector(actors::node_directory& nodes) : nodes_{nodes} {}

  /// Begins a trace under an id that is new.
  /// @param node Where its actor is. A trace of a job runs on all nodes.
  /// @returns False: as many run there as may, or the node does not answer.
  bool begin(const std::string& id, const std::string& node,
             const telemetry::trace_order& order);

  /// Returns what a trace has seen from message `seen` on; waits up to
  /// `longest` for something. Nothing: there is no such trace.
  std::optional<http::trace_part> read(const std::string& id, std::size_t seen,
                                       std::chrono::milliseconds longest);

private:
  using clock = std::chrono::steady_clock;

  /// Where a trace runs, and how much of it has been fetched.
  struct source {
    std::string node;
    std::size_t seen = 0;
    std::optional<telemetry::trace_end> end{};
  };

  struct trace {
    std::string id;
    std::size_t limit = 0;
    clock::time_point until; ///< Sources have ended by then; then: forget it.
    std::vector<source> sources{};
    std::vector<http::node_message> messages{};
    std::optional<telemetry::trace_end> end{};
  };

  bool begin_at(const std::string& node, const std::string& id,
                const telemetry::trace_order& order);
  std::vector<http::node_message> fetch(const std::string& id, source& from,
                                        std::chrono::milliseconds longest);
  void take(const std::string& id, const std::vector<source>& before,
            const std::vector<source>& after,
            std::vector<http::node_message> fetched);
  void finish(trace& which, telemetry::trace_end why);
  trace* find(const std::string& id);

  actors::node_directory& nodes_;
  std::mutex mutex_;
  std::deque<trace> traces_; ///< Guarded by mutex_.
};

} // namespace pixmill::cli
