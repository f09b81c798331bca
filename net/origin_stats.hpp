#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>

namespace pixmill::net {

/// How long something took, how often: in steps that grow by a fifth. What is
/// told of it is at most that much off.
class duration_spread {
public:
  void count(std::chrono::milliseconds took) noexcept;

  /// Returns what `share` of all stayed within, 0 to 1; 0 for none.
  std::chrono::milliseconds within(double share) const noexcept;

private:
  static constexpr std::size_t step_count = 64;
  static std::size_t step_of(std::chrono::milliseconds took) noexcept;

  std::array<std::uint32_t, step_count> counts_{};
  std::uint64_t total_ = 0;
};

/// What the origins that were asked last have answered.
/// @note Not thread-safe.
class origin_stats {
public:
  /// Origins that are remembered.
  static constexpr std::size_t most = 1'000;

  struct figures {
    std::string origin;
    std::uint64_t done = 0;   ///< Exchanges that ended, the failed ones too.
    std::uint64_t errors = 0; ///< Of these, failed.
    duration_spread took;
  };

  /// Counts an exchange.
  void count(const std::string& origin, std::chrono::milliseconds took,
             bool failed);

  /// Those asked last in front.
  const std::list<figures>& all() const noexcept {
    return figures_;
  }

private:
  std::list<figures> figures_;
  std::unordered_map<std::string, std::list<figures>::iterator> places_;
};

} // namespace pixmill::net
