#include "actors/origin_limit.hpp"

#include <gtest/gtest.h>

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;

class OriginLimit : public testing::Test {
protected:
  // A second in which so much was answered, each after `wait`.
  void answers(std::uint32_t count, origin_limit::milliseconds wait,
               bool busy = true) {
    limit.learn({.answered = count, .waited = count * wait, .busy = busy},
                now += 1s);
  }

  void refusals(std::uint32_t count) {
    limit.learn({.refused = count, .busy = true}, now += 1s);
  }

  origin_limit limit{16};
  origin_limit::time_point now{1'000s};
};

TEST_F(OriginLimit, BeginsWithAllThatItMayHave) {
  EXPECT_EQ(limit.value(), 16u);
  EXPECT_TRUE(limit.is_whole());
}

TEST_F(OriginLimit, IsHalvedByARefusalOnceAtATime) {
  refusals(5);
  EXPECT_EQ(limit.value(), 8u);
  // What was under way before is refused as well.
  refusals(7);
  EXPECT_EQ(limit.value(), 8u);
  refusals(1);
  EXPECT_EQ(limit.value(), 4u);
}

TEST_F(OriginLimit, NeverFallsBelowOne) {
  for (int i = 0; i < 100; ++i)
    refusals(1);
  EXPECT_EQ(limit.value(), 1u);
}

TEST_F(OriginLimit, GrowsByOneWhileAllGoesWell) {
  refusals(1);
  for (int i = 0; i < 4; ++i)
    answers(10, 50ms);
  EXPECT_EQ(limit.value(), 8u);
  answers(10, 50ms);
  EXPECT_EQ(limit.value(), 9u);
  for (int i = 0; i < 5; ++i)
    answers(10, 50ms);
  EXPECT_EQ(limit.value(), 10u);
  for (int i = 0; i < 100; ++i)
    answers(10, 50ms);
  EXPECT_EQ(limit.value(), 16u);
}

TEST_F(OriginLimit, GrowsOnlyWhenItIsNeeded) {
  refusals(1);
  for (int i = 0; i < 100; ++i)
    answers(10, 50ms, false);
  EXPECT_EQ(limit.value(), 8u);
}

TEST_F(OriginLimit, FallsWhenAnswersComeMuchLaterThanUsual) {
  answers(10, 100ms);
  answers(10, 540ms);
  EXPECT_EQ(limit.value(), 16u);
  answers(10, 1'000ms);
  EXPECT_EQ(limit.value(), 8u);
}

TEST_F(OriginLimit, MakesNothingOfAFewLateAnswers) {
  answers(10, 100ms);
  answers(3, 10'000ms);
  EXPECT_EQ(limit.value(), 16u);
}

TEST_F(OriginLimit, TakesASlowOriginAsItIs) {
  for (int i = 0; i < 100; ++i)
    answers(10, 3'000ms);
  EXPECT_EQ(limit.value(), 16u);
}

TEST_F(OriginLimit, GetsUsedToAnOriginThatStaysSlow) {
  answers(10, 100ms);
  for (int i = 0; i < 8; ++i)
    answers(10, 2'000ms);
  EXPECT_EQ(limit.value(), 1u);
  for (int i = 0; i < 200; ++i)
    answers(10, 2'000ms);
  EXPECT_EQ(limit.value(), 16u);
}

} // namespace
} // namespace pixmill::actors
