#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/introspection.hpp"

namespace pixmill::http {

/// An actor, and what it did within a window.
struct surveyed_actor {
  actor_address address;
  std::string parent; ///< Empty: none.
  actors::actor_report report;
  double rate = 0;       ///< Messages a second.
  double busy_ratio = 0; ///< Share of the time spent on messages, 0 to 1.
};

/// All actors at one moment.
struct actor_survey {
  struct silent_node {
    std::string node;
    std::chrono::milliseconds since{0};
  };

  std::vector<surveyed_actor> actors;
  std::vector<silent_node> silent;
  /// What the rates are over; nothing: over the life of each actor, as nobody
  /// has looked before.
  std::optional<std::chrono::milliseconds> window;
};

/// Knows what the actors did between two looks. Nothing is counted for it
/// while nobody looks: the rates of the first look are over whole lives.
/// Thread-safe.
class survey_log {
public:
  using clock = std::chrono::steady_clock;
  /// The longest window.
  static constexpr std::chrono::seconds longest{60};

  /// Adds a look, and returns it with rates since the youngest one that is at
  /// least `window` old, or else the oldest.
  actor_survey add(std::vector<node_actors> nodes,
                   std::chrono::milliseconds window, clock::time_point now);

private:
  struct figures {
    std::uint64_t key = 0; ///< Of node and actor.
    std::uint64_t messages = 0;
    std::int64_t busy_us = 0;
  };
  struct look {
    clock::time_point at;
    std::vector<figures> actors; ///< By key.
  };

  static std::uint64_t key_of(const actor_address& address);
  static void rate(surveyed_actor& which, const look& base,
                   clock::time_point now);
  const look* base_for(std::chrono::milliseconds window,
                       clock::time_point now) const;
  void remember(const actor_survey& seen, clock::time_point now);

  std::mutex mutex_;
  std::deque<look> looks_; ///< Oldest first; guarded by mutex_.
};

} // namespace pixmill::http
