#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace pixmill::net {

/// What a node may do at one origin (scheme, host and port).
struct origin_permit {
  std::string origin;
  std::uint32_t transfers = 0; ///< Under way at once.
  /// Of all permits that a node is given the newer one has the higher number.
  std::uint64_t version = 0;
  std::chrono::milliseconds hold{0}; ///< So long none may start.
};

/// The permits that a node goes by. Old ones that come late are not taken, also
/// not for origins that the node has given up meanwhile.
///
/// @note Not thread-safe; knows no clock of its own.
class permit_book {
public:
  using time_point = std::chrono::steady_clock::time_point;

  struct entry {
    std::uint32_t transfers = 0;
    std::uint64_t version = 0;
    bool idle = false;
    time_point idle_since{};
  };

  /// @returns Whether it is newer than what is known.
  bool take(const origin_permit& permit);

  /// Returns what an origin is permitted; null: nothing was ever said.
  const entry* find(const std::string& origin) const;

  /// Says whether there is something to do at an origin.
  /// @returns False: there has not been for so long that it is given up.
  bool keep(const std::string& origin, bool busy, time_point now);

  /// Forgets everything.
  void clear();

  const std::unordered_map<std::string, entry>& all() const noexcept {
    return entries_;
  }

private:
  std::unordered_map<std::string, entry> entries_;
  std::uint64_t given_up_ = 0; ///< Newest version of all that were.
};

} // namespace pixmill::net
