#include "persistence/journal_purge.hpp"

#include <gmock/gmock.h>
#include <rocksdb/db.h>

#include "persistence/journal_database.hpp"
#include "persistence/journal_store.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

using test::job_named;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string hash(char digit) {
  return std::string(64, digit);
}

class JournalPurge : public testing::Test {
protected:
  JournalPurge() {
    reopen();
  }

  void reopen() {
    journal.reset();
    journal = std::move(*journal_store::open(folder.path() / "journal"));
  }

  // A settled job whose rows have these contents, one each.
  void add(const std::string& id, const std::string& contents,
           const std::string& tenant = {}) {
    auto job = job_named(id);
    job.tenant = tenant;
    ASSERT_TRUE(journal->accept_job(job));
    std::uint32_t row = 0;
    for (const char digit : contents) {
      auto write = test::write_of(id, ++row);
      write.result.sha256 = hash(digit);
      ASSERT_TRUE(journal->commit({write}));
    }
    job.state = job_state::completed;
    ASSERT_TRUE(journal->update_job(job));
  }

  // Purges in slices of two; returns what was removed.
  std::string purge(const std::string& id, std::size_t most_slices = 1'000) {
    std::string removed;
    purge_progress at{id, {}};
    for (std::size_t i = 0; i < most_slices; ++i) {
      const auto slice = journal->purge().look(at, 2);
      EXPECT_TRUE(slice);
      if (!slice)
        break;
      for (const auto& [sha256, format] : slice->files) {
        EXPECT_EQ(format, image_format::jpeg);
        if (!*journal->purge().is_named(sha256, id))
          removed += sha256[0];
      }
      EXPECT_TRUE(journal->purge().forget(*slice));
      at = slice->after;
      if (!slice->more)
        break;
    }
    return removed;
  }

  test::temporary_folder folder;
  std::unique_ptr<journal_store> journal;
};

TEST_F(JournalPurge, RemovesWhatOnlyThatJobNames) {
  add("job_1", "abcde");
  add("job_10", "ce");
  ASSERT_TRUE(*journal->erase_job("job_1"));
  EXPECT_THAT(purge("job_1"), UnorderedElementsAre('a', 'b', 'd'));
  EXPECT_FALSE(*journal->purge().is_named(hash('a')));
  EXPECT_TRUE(*journal->purge().is_named(hash('c')));
  ASSERT_TRUE(*journal->erase_job("job_10"));
  EXPECT_THAT(purge("job_10"), UnorderedElementsAre('c', 'e'));
  EXPECT_FALSE(*journal->purge().is_named(hash('c')));
}

TEST_F(JournalPurge, GoesOnWhereACrashHasInterruptedIt) {
  add("job_1", "abcdef");
  ASSERT_TRUE(*journal->erase_job("job_1"));
  purge("job_1", 2);
  reopen();
  EXPECT_THAT(*journal->purge().pending(), ElementsAre("job_1"));
  // What was removed is asked for again; that is harmless.
  EXPECT_THAT(purge("job_1"),
              UnorderedElementsAre('a', 'b', 'c', 'd', 'e', 'f'));
  EXPECT_THAT(*journal->purge().pending(), IsEmpty());
  EXPECT_FALSE(journal->slot("job_1", {1, 0})->has_value());
}

TEST_F(JournalPurge, SparesWhatALaterJobNamesMeanwhile) {
  add("job_1", "abcd");
  ASSERT_TRUE(*journal->erase_job("job_1"));
  EXPECT_EQ(purge("job_1", 1).size(), 2u);
  add("job_2", "ad");
  reopen();
  EXPECT_THAT(purge("job_1"), UnorderedElementsAre('b', 'c'));
  EXPECT_TRUE(*journal->purge().is_named(hash('a')));
}

TEST_F(JournalPurge, RemembersThatThereWasAJob) {
  add("job_1", "a", "shop");
  EXPECT_FALSE(journal->purge().owner_of_erased("job_1")->has_value());
  ASSERT_TRUE(*journal->erase_job("job_1"));
  reopen();
  EXPECT_EQ(journal->purge().owner_of_erased("job_1")->value(), "shop");
  EXPECT_FALSE(journal->purge().owner_of_erased("job_2")->has_value());
  const auto later = unix_now() + journal_purge::remembered_for.count();
  ASSERT_TRUE(journal->purge().prune_tombstones(later - 60'000));
  EXPECT_TRUE(journal->purge().owner_of_erased("job_1")->has_value());
  ASSERT_TRUE(journal->purge().prune_tombstones(later + 60'000));
  EXPECT_FALSE(journal->purge().owner_of_erased("job_1")->has_value());
}

TEST_F(JournalPurge, KnowsTheFilesOfAJournalThatIsOlderThanIt) {
  add("job_1", "ab");
  journal.reset();
  {
    // As schema 2 has left it: without references.
    const auto database =
      std::move(*journal_database::open(folder.path() / "journal", 3));
    ASSERT_TRUE(database->db()
                  .DeleteRange({}, (*database)[family::refs], "", "\xff\xff")
                  .ok());
    ASSERT_TRUE(
      database->db().Put({}, (*database)[family::meta], "schema", "2").ok());
  }
  reopen();
  EXPECT_TRUE(*journal->purge().is_named(hash('b')));
  EXPECT_FALSE(*journal->purge().is_named(hash('c')));
}

} // namespace
} // namespace pixmill::persistence
