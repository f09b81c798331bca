#include "persistence/journal_copy.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "persistence/journal_check.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

namespace fs = std::filesystem;

class JournalCopy : public testing::Test {
protected:
  static std::unique_ptr<journal_store> opened(const fs::path& path) {
    auto journal = journal_store::open(path);
    EXPECT_TRUE(journal) << context_of(journal.error());
    return journal ? std::move(*journal) : nullptr;
  }

  /// A journal of one job with `rows` outcomes.
  std::unique_ptr<journal_store> filled(std::uint32_t rows) const {
    auto journal = opened(path());
    EXPECT_TRUE(journal->accept_job(test::job_named("job_1"), "csv"));
    EXPECT_TRUE(journal->commit(test::batch_of("job_1", 1, rows)));
    return journal;
  }

  static std::uint64_t outcomes_in(const fs::path& path) {
    return opened(path)->counters("job_1")->settled();
  }

  fs::path path() const {
    return folder.path() / "journal";
  }
  fs::path copy() const {
    return folder.path() / "copy";
  }

  test::temporary_folder folder;
};

TEST_F(JournalCopy, HoldsWhatTheJournalHeldAtThatMoment) {
  auto journal = filled(100);
  const auto id = journal->id().value();
  const auto copied = copy_journal(path(), copy());
  ASSERT_TRUE(copied) << context_of(copied.error());
  EXPECT_GT(copied->entries, 100u);
  // The journal goes on; its copy stays.
  ASSERT_TRUE(journal->commit(test::batch_of("job_1", 101, 120)));
  journal.reset();
  EXPECT_EQ(outcomes_in(path()), 120u);
  const auto again = opened(copy());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id().value(), id);
  EXPECT_EQ(again->counters("job_1")->settled(), 100u);
  EXPECT_EQ(again->csv_chunk("job_1", 0).value(), "csv");
  EXPECT_EQ(again->slot("job_1", {7, 0}).value(), test::outcome_of(7));
}

TEST_F(JournalCopy, GoesBackToWhereItCameFrom) {
  filled(10).reset();
  ASSERT_TRUE(copy_journal(path(), copy()));
  fs::remove_all(path());
  fs::create_directory(path()); // Empty is as good as not there.
  ASSERT_TRUE(copy_journal(copy(), path()));
  EXPECT_EQ(outcomes_in(path()), 10u);
  EXPECT_EQ(check_journal(path())->problems_total, 0u);
}

TEST_F(JournalCopy, OverwritesNothing) {
  filled(10).reset();
  fs::create_directory(copy());
  std::ofstream{copy() / "mine"} << "keep";
  const auto refused = copy_journal(path(), copy());
  ASSERT_FALSE(refused);
  EXPECT_EQ(code_of(refused.error(), errc::none), errc::file_unwritable);
  EXPECT_TRUE(fs::exists(copy() / "mine"));
}

TEST_F(JournalCopy, WantsAJournal) {
  for (const auto& from : {folder.path(), folder.path() / "nowhere"}) {
    const auto refused = copy_journal(from, copy());
    ASSERT_FALSE(refused);
    EXPECT_EQ(code_of(refused.error(), errc::none), errc::file_unreadable);
  }
  EXPECT_FALSE(fs::exists(copy()));
}

TEST_F(JournalCopy, StartsAnewAfterOneThatWasCutOff) {
  filled(10).reset();
  fs::create_directory(folder.path() / "copy.part");
  std::ofstream{folder.path() / "copy.part" / "CURRENT"} << "half";
  ASSERT_TRUE(copy_journal(path(), copy() / ""));
  EXPECT_EQ(outcomes_in(copy()), 10u);
  EXPECT_FALSE(fs::exists(folder.path() / "copy.part"));
}

} // namespace
} // namespace pixmill::persistence
