#include "persistence/failure_census.hpp"

#include <map>

#include <gtest/gtest.h>

#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::uint32_t row_count = 2'000;

/// A job of 2000 rows at hosts `even` and `odd`.
class FailureCensus : public testing::Test {
protected:
  FailureCensus() {
    auto opened = journal_store::open(folder.path() / "journal");
    if (opened)
      journal = std::move(*opened);
    std::string csv = "S. No.,Product Name,Input Image Urls\n";
    for (std::uint32_t row = 1; row <= row_count; ++row)
      csv += std::to_string(row) + ",Mug,http://"
             + (row % 2 != 0 ? "odd" : "even") + "/" + std::to_string(row)
             + ".jpg\n";
    job.csv_bytes = csv.size();
    job.state = job_state::running;
    job.totals = {.rows = row_count, .slots = row_count, .unique = row_count};
    EXPECT_TRUE(journal->put_csv_chunk("job_1", 0, csv));
    EXPECT_TRUE(journal->accept_job(job));
  }

  void fail(std::uint32_t first, std::uint32_t last, errc code) {
    std::vector<slot_write> writes;
    for (auto row = first; row <= last; ++row)
      writes.push_back({"job_1", {row, 0}, test::failure_of(code)});
    ASSERT_TRUE(journal->commit(writes));
  }

  // By code and host; host empty: not counted yet.
  std::map<std::pair<std::string, std::string>, std::uint64_t>
  counted(failure_census& census, clock::time_point until) {
    std::vector<failure_group> groups;
    const auto counters = journal->counters("job_1");
    EXPECT_TRUE(census.count(job, *counters, {}, until, groups));
    std::map<std::pair<std::string, std::string>, std::uint64_t> out;
    for (const auto& each : groups)
      out[{each.code, each.host}] += each.count;
    return out;
  }

  test::temporary_folder folder;
  std::unique_ptr<journal_store> journal;
  job_record job = test::job_named("job_1");
};

TEST_F(FailureCensus, CountsByCodeAndHost) {
  fail(1, 100, errc::timeout);
  fail(101, 110, errc::decode);
  failure_census census{*journal};
  const auto groups = counted(census, clock::now() + 1min);
  EXPECT_EQ(groups.size(), 4u);
  EXPECT_EQ(groups.at({"timeout", "odd"}), 50u);
  EXPECT_EQ(groups.at({"timeout", "even"}), 50u);
  EXPECT_EQ(groups.at({"decode", "odd"}), 5u);
}

TEST_F(FailureCensus, AddsUpThoughItHasNoTime) {
  fail(1, 1'999, errc::timeout);
  failure_census census{*journal};
  const auto none = counted(census, clock::now() - 1s);
  EXPECT_EQ(none.at({"timeout", ""}), 1'999u);
  EXPECT_EQ(none.size(), 1u);
  // It goes on at the next look.
  const auto all = counted(census, clock::now() + 1min);
  EXPECT_EQ(all.at({"timeout", "odd"}), 1'000u);
  EXPECT_EQ(all.at({"timeout", "even"}), 999u);
  EXPECT_EQ(all.size(), 2u);
}

TEST_F(FailureCensus, AddsUpWhenMoreFailsMeanwhile) {
  fail(1, 10, errc::timeout);
  failure_census census{*journal};
  counted(census, clock::now() + 1min);
  fail(11, 20, errc::timeout);
  const auto groups = counted(census, clock::now() + 1min);
  EXPECT_EQ(groups.at({"timeout", "odd"}) + groups.at({"timeout", "even"})
              + groups.at({"timeout", ""}),
            20u);
}

TEST_F(FailureCensus, BeginsAnewAfterARetry) {
  fail(1, 10, errc::timeout);
  failure_census census{*journal};
  counted(census, clock::now() + 1min);
  job.attempt = 2;
  ASSERT_TRUE(journal->reopen_slots(job, {{1, 0}, {3, 0}}));
  const auto groups = counted(census, clock::now() + 1min);
  EXPECT_EQ(groups.at({"timeout", "odd"}), 3u);
  EXPECT_EQ(groups.at({"timeout", "even"}), 5u);
}

TEST_F(FailureCensus, NamesOneOfEachGroup) {
  fail(7, 9, errc::timeout);
  failure_census census{*journal};
  std::vector<failure_group> groups;
  const auto counters = journal->counters("job_1");
  ASSERT_TRUE(census.count(job, *counters, {}, clock::now() + 1min, groups));
  ASSERT_EQ(groups.size(), 2u);
  for (const auto& each : groups) {
    EXPECT_TRUE(each.transient);
    EXPECT_EQ(each.detail, "said so");
    EXPECT_EQ(each.url, "http://" + each.host + "/"
                          + std::to_string(each.slot.row) + ".jpg");
  }
}

} // namespace
} // namespace pixmill::persistence
