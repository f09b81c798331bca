#include "http/rate_limits.hpp"

#include <gtest/gtest.h>

namespace pixmill::http {
namespace {

using namespace std::chrono_literals;

class RateLimits : public testing::Test {
protected:
  rate_state take(const std::string& whose = "a") {
    return subject.take(whose, 2, 4, now);
  }

  rate_limits subject;
  rate_limits::clock::time_point now{1h};
};

TEST_F(RateLimits, AllowABurst) {
  for (std::uint32_t left = 4; left-- > 0;) {
    const auto said = take();
    EXPECT_TRUE(said.allowed);
    EXPECT_EQ(said.remaining, left);
  }
  const auto said = take();
  EXPECT_FALSE(said.allowed);
  EXPECT_EQ(said.wait, 1s); // Half a second, in whole ones.
}

TEST_F(RateLimits, FillUpAsTimePasses) {
  for (int i = 0; i < 5; ++i)
    take();
  now += 499ms;
  EXPECT_FALSE(take().allowed);
  now += 1ms;
  EXPECT_TRUE(take().allowed);
  EXPECT_FALSE(take().allowed);
  now += 1h;
  EXPECT_EQ(take().remaining, 3u); // No more than the burst.
}

TEST_F(RateLimits, CountEachCallerByItself) {
  for (int i = 0; i < 5; ++i)
    take("a");
  EXPECT_FALSE(take("a").allowed);
  EXPECT_TRUE(take("b").allowed);
}

TEST_F(RateLimits, CountNothingWhenTheyAreLookedAt) {
  for (int i = 0; i < 10; ++i)
    EXPECT_TRUE(subject.look("a", 2, 4, now).allowed);
  EXPECT_EQ(take().remaining, 3u);
}

} // namespace
} // namespace pixmill::http
