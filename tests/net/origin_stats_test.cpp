#include "net/origin_stats.hpp"

#include <gtest/gtest.h>

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;

TEST(DurationSpread, TellsQuantilesWithinAFifth) {
  duration_spread spread;
  EXPECT_EQ(spread.within(0.5), 0ms);
  for (int ms = 1; ms <= 1'000; ++ms)
    spread.count(std::chrono::milliseconds{ms});
  EXPECT_NEAR(static_cast<double>(spread.within(0.5).count()), 500, 100);
  EXPECT_NEAR(static_cast<double>(spread.within(0.99).count()), 990, 200);
}

TEST(DurationSpread, TakesTheLongestToo) {
  duration_spread spread;
  spread.count(24h);
  EXPECT_GT(spread.within(0.5), 1min);
}

TEST(OriginStats, CountsByOrigin) {
  origin_stats stats;
  stats.count("http://a", 5ms, false);
  stats.count("http://b", 5ms, true);
  stats.count("http://a", 7ms, true);
  ASSERT_EQ(stats.all().size(), 2u);
  EXPECT_EQ(stats.all().front().origin, "http://a");
  EXPECT_EQ(stats.all().front().done, 2u);
  EXPECT_EQ(stats.all().front().errors, 1u);
}

TEST(OriginStats, ForgetThoseThatWereNotAskedForLongest) {
  origin_stats stats;
  for (std::size_t i = 0; i <= origin_stats::most; ++i) {
    stats.count("http://first", 1ms, false);
    stats.count("http://" + std::to_string(i), 1ms, false);
  }
  EXPECT_EQ(stats.all().size(), origin_stats::most);
  bool known = false;
  for (const auto& each : stats.all())
    known = known || each.origin == "http://first";
  EXPECT_TRUE(known);
}

} // namespace
} // namespace pixmill::net
