#include "persistence/retry_selection.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

using test::failure_of;
using test::outcome_of;

using slots = std::vector<slot_id>;

constexpr auto job_id = "job_1";

/// Failures at four hosts, a success and a cancellation.
class RetrySelection : public testing::Test {
protected:
  void SetUp() override {
    auto opened = journal_store::open(folder.path() / "journal");
    ASSERT_TRUE(opened);
    journal = std::move(*opened);
    const std::string sheet =
      "S. No.,Product Name,Input Image Urls\n"
      "1,Mug,\"http://shop.example/x.jpg,http://me@cdn.example:8080/y.jpg\"\n"
      "2,Cup,\"https://CDN.example?z,http://[2001:db8::1]:81/z.jpg\"\n"
      "3,Pot,\"http://shop.example/a.jpg,http://shop.example/b.jpg\"\n";
    // Cut inside a row: hosts are found across chunks.
    ASSERT_TRUE(journal->put_csv_chunk(job_id, 0, sheet.substr(0, 100)));
    ASSERT_TRUE(journal->put_csv_chunk(job_id, 1, sheet.substr(100)));
    ASSERT_TRUE(journal->accept_job(test::job_named(job_id)));
    auto canceled = failure_of(errc::canceled);
    canceled.state = item_state::canceled;
    ASSERT_TRUE(journal->commit({{job_id, {1, 0}, failure_of(errc::timeout)},
                                 {job_id, {1, 1}, failure_of(errc::dns)},
                                 {job_id, {2, 0}, failure_of(errc::timeout)},
                                 {job_id, {2, 1}, failure_of(errc::connect)},
                                 {job_id, {3, 0}, outcome_of(3)},
                                 {job_id, {3, 1}, canceled}}));
  }

  slots selected(const retry_filter& filter) const {
    auto found = select_for_retry(*journal, job_id, {}, filter);
    EXPECT_TRUE(found) << context_of(found.error());
    return found ? *found : slots{};
  }

  test::temporary_folder folder;
  std::unique_ptr<journal_store> journal;
};

TEST_F(RetrySelection, TakesAllThatFailedOrWereCanceled) {
  EXPECT_EQ(selected({}), (slots{{1, 0}, {1, 1}, {2, 0}, {2, 1}, {3, 1}}));
}

TEST_F(RetrySelection, TakesTheFirstOfThemUpToALimit) {
  EXPECT_EQ(selected({.codes = {}, .hosts = {}, .limit = 2}),
            (slots{{1, 0}, {1, 1}}));
}

TEST_F(RetrySelection, TakesTheCodesAskedFor) {
  EXPECT_EQ(
    selected({.codes = {"timeout", "connect"}, .hosts = {}, .limit = 0}),
    (slots{{1, 0}, {2, 0}, {2, 1}}));
}

TEST_F(RetrySelection, TakesTheHostsAskedFor) {
  EXPECT_EQ(selected({.codes = {}, .hosts = {"cdn.example"}, .limit = 0}),
            (slots{{1, 1}, {2, 0}}));
  EXPECT_EQ(selected({.codes = {}, .hosts = {"[2001:db8::1]"}, .limit = 0}),
            (slots{{2, 1}}));
  EXPECT_EQ(selected({.codes = {}, .hosts = {"8080"}, .limit = 0}), slots{});
}

TEST_F(RetrySelection, CountsTheLimitAfterTheHosts) {
  EXPECT_EQ(selected({.codes = {}, .hosts = {"shop.example"}, .limit = 2}),
            (slots{{1, 0}, {3, 1}}));
}

TEST_F(RetrySelection, JoinsCodesAndHosts) {
  EXPECT_EQ(
    selected({.codes = {"timeout"}, .hosts = {"cdn.example"}, .limit = 0}),
    (slots{{2, 0}}));
}

} // namespace
} // namespace pixmill::persistence
