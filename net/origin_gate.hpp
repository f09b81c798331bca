#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "net/origin_queue.hpp"
#include "net/permit_book.hpp"

namespace pixmill::net {

/// How things are at one origin, and what has come of it since the last look.
struct origin_activity {
  std::string origin;
  std::uint32_t permitted = 0;
  std::uint64_t version = 0; ///< Of the permit; 0: none was given.
  std::uint32_t active = 0;
  std::uint32_t waiting = 0;
  /// So long it asked this node to be left alone.
  std::chrono::milliseconds hold{0};
  /// Exchanges that ended with any other answer …
  std::uint32_t answered = 0;
  /// … than "too many": 429, or 503 with Retry-After.
  std::uint32_t refused = 0;
  /// Until the first byte of the answers, all together.
  std::chrono::milliseconds waited{0};
};

/// An origin queue of which somebody else says how much it may let through at
/// each origin: without a permit nothing starts. Remembers what comes of it.
///
/// @note Not thread-safe; knows no clock of its own.
class origin_gate {
public:
  using ticket = origin_queue::ticket;
  using time_point = origin_queue::time_point;

  /// @param queue Outlives the gate.
  explicit origin_gate(origin_queue& queue) : queue_{queue} {}

  /// From now on there are no permits but those to come.
  /// @param longest_hold What would wait longer for an origin that is to be
  ///                     left alone is not to wait.
  void govern(std::chrono::milliseconds longest_hold);

  bool governs() const noexcept {
    return governs_;
  }

  /// Takes permits, those that are newer than what is known.
  /// @returns Origins that are to be left alone from now on.
  std::vector<std::string> permit(const std::vector<origin_permit>& permits,
                                  time_point now);

  /// Counts an exchange.
  /// @param first_byte When the answer began, if there was one.
  void count(const std::string& origin, bool refused,
             std::optional<std::chrono::milliseconds> first_byte);

  /// An origin has asked to be left alone.
  /// @returns Whether that is worth a look.
  bool told_to_wait(const std::string& origin, time_point until);

  /// Takes out what waits at an origin, if it would have to wait for too long.
  /// @returns Nothing, or so long the origin is left alone.
  std::optional<std::chrono::milliseconds>
  refuse_held(const std::string& origin, time_point now,
              std::vector<ticket>& out);

  /// Says whether something begins to wait at an origin without a permit.
  bool is_stuck(const std::string& origin);

  /// Returns the origins that have a permit, something under way or waiting, a
  /// hold, or news; permits that have not been used for long are given up.
  std::vector<origin_activity> look(time_point now);

private:
  origin_queue& queue_;
  bool governs_ = false;
  std::chrono::milliseconds longest_hold_{0};
  permit_book permits_;
  /// How long origins asked this node to leave them alone.
  std::unordered_map<std::string, time_point> asked_holds_;
  /// What has come of origins since the last look.
  std::unordered_map<std::string, origin_activity> news_;
  /// Origins at which something waits without a permit.
  std::unordered_set<std::string> stuck_;
};

} // namespace pixmill::net
