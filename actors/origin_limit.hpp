#pragma once

#include <chrono>
#include <cstdint>

namespace pixmill::actors {

/// Finds out how many transfers an origin bears: half as many when it says that
/// it was too much, or takes much longer to answer than it did; one more after
/// a while in which all went well.
///
/// @note Knows no clock of its own.
/// @see Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for
///      Congestion Avoidance", 1989; for the latency TCP Vegas, 1995.
class origin_limit {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using milliseconds = std::chrono::milliseconds;

  /// @param most Never more than this, and so many at first; from 1.
  explicit origin_limit(std::uint32_t most);

  /// What has come of transfers of late.
  struct news {
    std::uint32_t answered = 0;
    std::uint32_t refused = 0;
    milliseconds waited{0}; ///< For the first bytes of those answered.
    bool busy = false;      ///< More could have been under way.
  };
  void learn(const news& what, time_point now);

  std::uint32_t value() const noexcept {
    return value_;
  }

  /// Returns whether nothing has been learnt that matters.
  bool is_whole() const noexcept {
    return value_ == most_;
  }

private:
  bool is_slower(const news& what);
  void decrease(time_point now);

  std::uint32_t most_;
  std::uint32_t value_;
  /// For a first byte, when the origin is not strained; 0: not known.
  milliseconds usual_{0};
  time_point decreased_{};
  time_point increased_{};
  bool began_ = false;
};

} // namespace pixmill::actors
