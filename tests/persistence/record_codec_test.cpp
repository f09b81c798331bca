#include "persistence/record_codec.hpp"

#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "tests/persistence/journal_samples.hpp"

namespace pixmill::persistence {
namespace {

job_record full_record() {
  auto job = test::job_named("job_1", -5);
  job.options.name = std::string{"a\0b", 3};
  job.options.on_invalid = invalid_policy::skip;
  job.options.goal = {target_kind::scale, 1, 2, format_choice::automatic, 3};
  job.options.columns = {"a", "b", "c"};
  job.options.assume_https = true;
  job.options.max_failure_ppm = 7;
  job.options.deadline = std::chrono::hours{30};
  job.options.priority = -10;
  job.options.webhook_url = "https://x";
  job.options.webhook_full = true;
  job.totals = {1'000'000, 3'000'000,
                std::numeric_limits<std::uint64_t>::max()};
  job.csv_bytes = 9;
  job.state = job_state::canceled;
  job.why = {errc::failure_ratio, 0, "too many"};
  job.attempt = 4;
  job.submission_key = "7f3c";
  job.submission_hash = std::string(64, 'e');
  job.tenant = "shop-a";
  job.trace_parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  job.started_at = std::numeric_limits<std::int64_t>::max();
  job.finished_at = std::numeric_limits<std::int64_t>::min();
  return job;
}

job_counters full_counters() {
  job_counters x;
  x.add(test::outcome_of(1));
  x.add(test::failure_of(errc::timeout));
  x.add(test::failure_of(errc::dns));
  return x;
}

outcome full_outcome() {
  auto x = test::outcome_of(123);
  x.why = {errc::http_status, 404, "Not Found"};
  x.width = std::numeric_limits<std::uint32_t>::max();
  x.target_missed = true;
  return x;
}

template <class T>
void expect_same(const T& x) {
  T back;
  EXPECT_TRUE(decode(encode(x), back));
  EXPECT_EQ(back, x);
}

TEST(RecordCodec, GivesBackWhatItGot) {
  expect_same(outcome{});
  expect_same(full_outcome());
  expect_same(job_counters{});
  expect_same(full_counters());
  expect_same(job_record{});
  expect_same(full_record());
}

TEST(RecordCodec, KeepsAHashThatIsNone) {
  auto x = full_outcome();
  x.sha256 = "no hash";
  expect_same(x);
}

TEST(RecordCodec, KeepsAnUsualOutcomeUnder80Bytes) {
  EXPECT_LT(encode(test::outcome_of(123)).size(), 80u);
}

template <class T>
void expect_no_part_to_decode(const T& x) {
  const auto bytes = encode(x);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    T back;
    EXPECT_FALSE(decode(bytes.substr(0, size), back)) << size;
  }
  T back;
  EXPECT_FALSE(decode(bytes + '\0', back));
}

TEST(RecordCodec, RefusesWhatIsTooShortOrTooLong) {
  expect_no_part_to_decode(full_outcome());
  expect_no_part_to_decode(full_counters());
  expect_no_part_to_decode(full_record());
}

TEST(RecordCodec, RefusesAnotherVersion) {
  auto bytes = encode(full_outcome());
  for (const char version : {'\0', '\5'}) {
    bytes[0] = version;
    outcome back;
    EXPECT_FALSE(decode(bytes, back));
  }
}

TEST(RecordCodec, ReadsWhatVersion1Wrote) {
  auto record = full_record();
  record.tenant.clear();
  record.trace_parent.clear();
  auto bytes = encode(record);
  bytes[0] = 1;
  bytes.resize(bytes.size() - 2); // Two texts of no length came later.
  job_record back;
  EXPECT_TRUE(decode(bytes, back));
  EXPECT_EQ(back, record);
}

TEST(RecordCodec, ReadsAnOutcomeThatVersion2Wrote) {
  auto x = full_outcome();
  x.ssim_worst_ppm = x.chroma_ssim_ppm = x.chroma_ssim_worst_ppm = 0;
  x.why_format = format_reason::none;
  auto bytes = encode(x);
  bytes[0] = 2;
  bytes.resize(bytes.size() - 4); // Four numbers of one byte came later.
  outcome back;
  EXPECT_TRUE(decode(bytes, back));
  EXPECT_EQ(back, x);
}

TEST(RecordCodec, ReadsCountersThatVersion3Wrote) {
  auto x = full_counters();
  x.nodes.clear();
  auto bytes = encode(x);
  bytes[0] = 3;
  bytes.resize(bytes.size() - 1); // A list of no length came later.
  job_counters back;
  EXPECT_TRUE(decode(bytes, back));
  EXPECT_EQ(back, x);
}

TEST(RecordCodec, RefusesAStateThatIsNone) {
  auto bytes = encode(outcome{});
  bytes[1] = static_cast<char>(item_state::canceled) + 1;
  outcome back;
  EXPECT_FALSE(decode(bytes, back));
}

// With the sanitizers on, this is where a missing bound would show.
TEST(RecordCodec, SurvivesAnyDamage) {
  std::mt19937 random{20240229};
  const auto good = encode(full_record());
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = good;
    for (auto hits = 1 + random() % 4; hits > 0; --hits)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    job_record record;
    decode(bytes, record);
    job_counters counters;
    decode(bytes, counters);
    outcome result;
    if (decode(bytes, result))
      expect_same(result);
  }
}

} // namespace
} // namespace pixmill::persistence
