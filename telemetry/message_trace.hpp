#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace pixmill::telemetry {

class actor_record;

/// One message that an actor has handled.
struct traced_message {
  std::chrono::system_clock::time_point at; ///< When its handling ended.
  std::string from; ///< Who sent it: `NODE:NUMBER`; empty: nobody known.
  std::uint64_t to = 0;
  std::string what;
  std::chrono::microseconds took{0};
};

/// Whose messages a trace shows, and how many.
struct trace_order {
  std::uint64_t actor = 0; ///< 0: every actor that works for `job`.
  std::string job{};
  std::size_t limit = 100;
  std::chrono::milliseconds time{10'000};
};

enum class trace_end : std::uint8_t { limit, time, stopped };

/// Returns `limit`, `time` or `stopped`.
const char* to_string(trace_end end) noexcept;

/// What one reader of a trace is told next.
struct trace_part {
  std::vector<traced_message> messages;
  std::optional<trace_end> end; ///< After `messages`, nothing more comes.
};

/// The traces of this process: messages on their way to actors, shown to
/// whoever asked, until a number or a time is reached. While there is none, a
/// message costs one look at a flag. Thread-safe.
class message_traces {
public:
  /// Traces at once.
  static constexpr std::size_t most = 8;
  /// A trace that has ended can be read for this long.
  static constexpr std::chrono::seconds kept{60};

  /// Returns those of the process.
  static message_traces& instance();

  /// Whether any trace runs: asked for each message.
  bool armed() const noexcept {
    return armed_.load(std::memory_order_relaxed) > 0;
  }

  /// Says whether a trace wants the messages of an actor.
  bool wants(const actor_record& record);

  /// Tells the traces that want it of a message.
  void add(const actor_record& to, const std::string& from, const char* what,
           std::chrono::microseconds took);

  /// Begins a trace under an id that is new.
  /// @returns False: as many run as may.
  bool begin(const std::string& id, trace_order order);

  /// Returns whether there is, or was a moment ago, a trace of this id.
  bool knows(const std::string& id);

  /// Returns what a trace has seen from message `seen` on; waits up to
  /// `longest` for something. Nothing: there is no such trace.
  std::optional<trace_part> read(const std::string& id, std::size_t seen,
                                 std::chrono::milliseconds longest);

  /// Ends a trace.
  void stop(const std::string& id);

private:
  using clock = std::chrono::steady_clock;

  struct trace {
    std::string id;
    trace_order order;
    clock::time_point until;
    std::vector<traced_message> seen{};
    std::optional<trace_end> end{};
  };

  static bool fits(const trace& which, const actor_record& record);
  void tidy(clock::time_point now);
  void finish(trace& which, trace_end why, clock::time_point now);
  trace* find(const std::string& id);

  std::atomic<std::size_t> armed_{0};
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<trace> traces_; // guarded by mutex_
};

} // namespace pixmill::telemetry
