#include "http/submission.hpp"

#include <string>

#include <gtest/gtest.h>

#include "http/request_keys.hpp"
#include "tests/http/fake_backend.hpp"

namespace pixmill::http {
namespace {

using test::fake_backend;

constexpr std::uint64_t plenty = 1 << 20;

const std::string header = "S. No.,Product Name,Input Image Urls\n";
const std::string good = header + "1,Mug,http://a/x.jpg\n";
const std::string half_good = good + "2,Cup,ftp://a/y.jpg\n";

TEST(Submission, BecomesAJobWhenItsSheetIsValid) {
  fake_backend head;
  submission subject{head, "", plenty};
  ASSERT_FALSE(subject.feed(good.substr(0, 10)));
  ASSERT_FALSE(subject.feed(good.substr(10)));
  job_options options;
  options.name = "spring";
  const auto done = subject.finish(options, "a.csv");
  ASSERT_TRUE(done);
  ASSERT_TRUE(done->job);
  ASSERT_EQ(head.accepted.size(), 1u);
  const auto& job = head.accepted[0];
  EXPECT_TRUE(job.id.starts_with("job_"));
  EXPECT_EQ(job.options.name, "spring");
  EXPECT_EQ(job.source, "a.csv");
  EXPECT_EQ(job.totals.slots, 1u);
  EXPECT_EQ(job.csv_bytes, good.size());
  EXPECT_EQ(head.sheets.at(job.id), good);
}

TEST(Submission, IsStoredInChunksAsItComes) {
  fake_backend head;
  submission subject{head, "", 8 * plenty};
  const std::string megabyte(plenty, 'x');
  for (std::size_t at = 0; at < megabyte.size(); at += 1000)
    ASSERT_FALSE(subject.feed(std::string_view{megabyte}.substr(at, 1000)));
  EXPECT_EQ(head.chunks, 4);
}

TEST(Submission, StartsNothingWhenItsSheetIsNotValid) {
  fake_backend head;
  {
    submission subject{head, "", plenty};
    ASSERT_FALSE(subject.feed(half_good));
    const auto done = subject.finish({}, "a.csv");
    ASSERT_TRUE(done);
    EXPECT_FALSE(done->job);
    EXPECT_EQ(done->sheet.errors_total, 1u);
    EXPECT_TRUE(head.accepted.empty());
  }
  EXPECT_TRUE(head.sheets.empty());
}

TEST(Submission, SkipsBadCellsWhenAskedTo) {
  fake_backend head;
  submission subject{head, "", plenty};
  ASSERT_FALSE(subject.feed(half_good));
  job_options options;
  options.on_invalid = invalid_policy::skip;
  const auto done = subject.finish(options, "a.csv");
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->job);
  EXPECT_EQ(done->sheet.errors_total, 1u);
}

TEST(Submission, NamesAJobOfTheSameWork) {
  fake_backend head;
  for (const bool again : {false, true}) {
    submission subject{head, "", plenty};
    ASSERT_FALSE(subject.feed(good));
    const auto done = subject.finish({}, "a.csv");
    ASSERT_TRUE(done);
    EXPECT_EQ(done->duplicate_of, again ? head.accepted[0].id : "");
  }
  EXPECT_EQ(head.accepted.size(), 2u);
}

TEST(Submission, IsOneJobHoweverOftenItIsRepeated) {
  fake_backend head;
  const auto send = [&](const std::string& sheet, const std::string& key,
                        const job_options& options = {}) {
    submission subject{head, "", plenty};
    EXPECT_FALSE(subject.feed(sheet));
    auto done = subject.finish(options, "a.csv", key);
    EXPECT_TRUE(done);
    return *done;
  };
  const auto first = send(good, "k1");
  const auto again = send(good, "k1");
  ASSERT_TRUE(again.job);
  EXPECT_EQ(again.job->record.id, first.job->record.id);
  EXPECT_EQ(head.accepted.size(), 1u);
  EXPECT_TRUE(send(good + "2,Cup,http://a/y.jpg\n", "k1").key_reused);
  job_options named;
  named.name = "other";
  EXPECT_TRUE(send(good, "k1", named).key_reused);
  EXPECT_EQ(head.accepted.size(), 1u);
  EXPECT_EQ(send(good, "k2").duplicate_of, first.job->record.id);
  head.accepted[0].created_at -= 25 * 3600 * 1000;
  EXPECT_NE(send(good, "k1").job->record.id, first.job->record.id);
}

TEST(RequestKeys, HoldAKeyOnce) {
  request_keys keys;
  {
    const request_keys::holder first{keys, "", "a"};
    const request_keys::holder same{keys, "", "a"};
    const request_keys::holder other{keys, "t", "a"};
    EXPECT_TRUE(first.held());
    EXPECT_FALSE(same.held());
    EXPECT_TRUE(other.held());
  }
  EXPECT_TRUE((request_keys::holder{keys, "", "a"}.held()));
  EXPECT_TRUE((request_keys::holder{keys, "", ""}.held()));
}

TEST(RequestKeys, ArePrintable) {
  EXPECT_TRUE(is_request_key("7f3c-1"));
  EXPECT_FALSE(is_request_key(""));
  EXPECT_FALSE(is_request_key("a\tb"));
  EXPECT_FALSE(is_request_key(std::string(256, 'a')));
}

TEST(Submission, EndsAtItsLargestSize) {
  fake_backend head;
  submission subject{head, "", 100};
  EXPECT_FALSE(subject.feed(std::string(100, 'x')));
  EXPECT_EQ(code_of(subject.feed("x"), errc::none), errc::too_large);
}

TEST(Submission, EndsWhenTheDiskIsFull) {
  fake_backend head;
  head.full = true;
  submission subject{head, "", plenty};
  ASSERT_FALSE(subject.feed(good));
  const auto done = subject.finish({}, "a.csv");
  ASSERT_FALSE(done);
  EXPECT_EQ(code_of(done.error(), errc::none), errc::disk_full);
}

} // namespace
} // namespace pixmill::http
