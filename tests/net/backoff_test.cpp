#include "net/backoff.hpp"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;

constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

fetch_settings settings() {
  fetch_settings result;
  result.first_pause = 500ms;
  result.longest_pause = 30s;
  result.longest_retry_after = 300s;
  return result;
}

// The longest pause that any jitter gives.
std::chrono::milliseconds ceiling(std::uint32_t attempt) {
  std::chrono::milliseconds result{0};
  for (std::uint64_t random = 0; random < 40'000; ++random)
    result =
      std::max(result, pause_before(attempt, settings(), std::nullopt, random));
  return result;
}

TEST(Backoff, DoublesTheCeilingWithEachAttempt) {
  EXPECT_EQ(ceiling(2), 500ms);
  EXPECT_EQ(ceiling(3), 1s);
  EXPECT_EQ(ceiling(4), 2s);
}

TEST(Backoff, NeverPassesTheLongestPause) {
  EXPECT_EQ(ceiling(9), 30s);
  EXPECT_EQ(ceiling(std::numeric_limits<std::uint32_t>::max()), 30s);
}

TEST(Backoff, ReachesDownToZero) {
  EXPECT_EQ(pause_before(2, settings(), std::nullopt, 0), 0ms);
  EXPECT_EQ(pause_before(2, settings(), std::nullopt, 501), 0ms);
}

TEST(Backoff, NeverComesBeforeRetryAfter) {
  EXPECT_EQ(pause_before(2, settings(), 7s, 0), 7s);
  EXPECT_EQ(pause_before(2, settings(), 100ms, 500), 500ms);
  EXPECT_EQ(pause_before(2, settings(), 7s, 500), 7s);
}

TEST(Backoff, CapsRetryAfter) {
  EXPECT_EQ(pause_before(2, settings(), 24h, 0), 300s);
}

TEST(Backoff, TakesExtremeSettings) {
  auto odd = settings();
  odd.first_pause = 0ms;
  EXPECT_EQ(pause_before(40, odd, std::nullopt, largest), 0ms);
  odd.first_pause = 1ms;
  odd.longest_pause = std::chrono::milliseconds::max() / 2;
  EXPECT_GE(pause_before(200, odd, std::nullopt, largest), 0ms);
  odd.longest_pause = -1ms;
  EXPECT_EQ(pause_before(3, odd, std::nullopt, largest), 0ms);
}

} // namespace
} // namespace pixmill::net
