#include "persistence/rate_history.hpp"

#include <gtest/gtest.h>

#include "persistence/journal_database.hpp"
#include "persistence/journal_store.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

constexpr std::int64_t start = 1'800'000'000; // A whole hour.

rate_sample sample_at(std::int64_t time_s, std::uint64_t images) {
  return {.began_s = time_s,
          .covered_ms = 10'000,
          .images = images,
          .bytes_in = 10 * images,
          .bytes_out = images,
          .failures = 0,
          .cpu_us = 1'000};
}

class RateHistory : public testing::Test {
protected:
  RateHistory() {
    reopen();
  }

  void reopen() {
    database.reset();
    auto opened = journal_database::open(folder.path() / "journal",
                                         journal_store::schema_version);
    ASSERT_TRUE(opened);
    database = std::move(*opened);
  }

  rate_history::stretch read(std::int64_t from, std::int64_t to,
                             std::size_t points, std::int64_t now) const {
    auto out = rate_history{*database}.read(from, to, points, now);
    EXPECT_TRUE(out);
    return out ? std::move(*out) : rate_history::stretch{};
  }

  test::temporary_folder folder;
  std::unique_ptr<journal_database> database;
};

TEST_F(RateHistory, SurvivesARestart) {
  for (int i = 0; i < 6; ++i)
    ASSERT_TRUE(rate_history{*database}.add(sample_at(start + 10 * i, 5)));
  reopen();
  const auto seen = read(start, start + 60, 100, start + 60);
  EXPECT_EQ(seen.step_s, 10);
  ASSERT_EQ(seen.steps.size(), 6u);
  EXPECT_EQ(seen.steps[0], sample_at(start, 5));
}

TEST_F(RateHistory, IsToldInAboutAsManyPointsAsAskedFor) {
  for (int i = 0; i < 60; ++i)
    ASSERT_TRUE(rate_history{*database}.add(sample_at(start + 10 * i, 5)));
  const auto seen = read(start, start + 600, 10, start + 600);
  EXPECT_EQ(seen.step_s, 60);
  ASSERT_EQ(seen.steps.size(), 10u);
  EXPECT_EQ(seen.steps[3].images, 30u);
  EXPECT_EQ(seen.steps[3].covered_ms, 60'000u);
}

TEST_F(RateHistory, LeavesOutWhenNothingRan) {
  rate_history subject{*database};
  ASSERT_TRUE(subject.add(sample_at(start, 5)));
  ASSERT_TRUE(subject.add(sample_at(start + 500, 5)));
  EXPECT_EQ(read(start, start + 600, 60, start + 600).steps.size(), 2u);
}

TEST_F(RateHistory, IsCoarserTheFurtherItReachesBack) {
  rate_history subject{*database};
  constexpr std::int64_t day = 86'400;
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(subject.add(sample_at(start + i * day, 7)));
  const auto now = start + 9 * day + 10;
  const auto week = read(start + 3 * day, now, 2'000, now);
  EXPECT_EQ(week.step_s % 300, 0);
  EXPECT_EQ(week.steps.size(), 7u);
  const auto year = read(now - 365 * day, now, 2'000, now);
  EXPECT_EQ(year.step_s % 3'600, 0);
  std::uint64_t images = 0;
  for (const auto& each : year.steps)
    images += each.images;
  EXPECT_EQ(images, 70u);
}

// A ring of a day: a place is taken over by the time that follows it.
TEST_F(RateHistory, TakesOnlyItsSpace) {
  rate_history subject{*database};
  const auto& finest = rate_history::levels[0];
  const auto round = finest.step_s * finest.steps;
  ASSERT_TRUE(subject.add(sample_at(start, 5)));
  ASSERT_TRUE(subject.add(sample_at(start + round, 9)));
  const auto seen =
    read(start + round, start + round + 10, 1, start + round + 10);
  ASSERT_EQ(seen.steps.size(), 1u);
  EXPECT_EQ(seen.steps[0].images, 9u); // Not the sum of both.
}

} // namespace
} // namespace pixmill::persistence
