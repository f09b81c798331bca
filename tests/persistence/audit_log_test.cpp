#include "persistence/audit_log.hpp"

#include <gtest/gtest.h>

#include "persistence/journal_database.hpp"
#include "persistence/journal_store.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

audit_entry entry_of(int number) {
  return {.id = "aud_" + std::to_string(1'000 + number),
          .at = 1'000 + number,
          .who = "back office (tok_1)",
          .address = "10.0.0.7",
          .what = "job.cancel",
          .target = "job_1",
          .effect = "canceled",
          .request = "req_1"};
}

class AuditLog : public testing::Test {
protected:
  AuditLog() {
    reopen();
  }

  void reopen() {
    database.reset();
    auto opened = journal_database::open(folder.path() / "journal",
                                         journal_store::schema_version);
    ASSERT_TRUE(opened);
    database = std::move(*opened);
  }

  test::temporary_folder folder;
  std::unique_ptr<journal_database> database;
};

TEST_F(AuditLog, KeepsWhatWasWrittenOverARestart) {
  ASSERT_TRUE(audit_log{*database}.put(entry_of(1)));
  reopen();
  const auto page = audit_log{*database}.page({}, 10);
  ASSERT_TRUE(page);
  EXPECT_EQ(*page, std::vector{entry_of(1)});
}

TEST_F(AuditLog, IsReadFromTheNewestOn) {
  audit_log log{*database};
  for (int number = 1; number <= 5; ++number)
    ASSERT_TRUE(log.put(entry_of(number)));
  const auto first = log.page({}, 2);
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, (std::vector{entry_of(5), entry_of(4)}));
  EXPECT_EQ(*log.page("aud_1004", 2), (std::vector{entry_of(3), entry_of(2)}));
  EXPECT_TRUE(log.page("aud_1001", 2)->empty());
  EXPECT_TRUE(log.page("a", 2)->empty());
}

TEST_F(AuditLog, LetsTheOldestGo) {
  audit_log log{*database, 10};
  for (int number = 1; number <= 35; ++number)
    ASSERT_TRUE(log.put(entry_of(number)));
  const auto all = log.page({}, 100);
  ASSERT_TRUE(all);
  EXPECT_GE(all->size(), 10u);
  EXPECT_LE(all->size(), 20u);
  EXPECT_EQ(all->front(), entry_of(35));
}

} // namespace
} // namespace pixmill::persistence
