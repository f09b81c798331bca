#include "persistence/journal_check.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <rocksdb/db.h>

#include "model/errc.hpp"
#include "persistence/journal_database.hpp"
#include "persistence/journal_keys.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class JournalCheck : public testing::Test {
protected:
  void SetUp() override {
    auto journal = journal_store::open(path());
    ASSERT_TRUE(journal);
    ASSERT_TRUE((*journal)->accept_job(test::job_named("job_1"), "csv"));
    ASSERT_TRUE((*journal)->accept_job(test::job_named("job_2"), "csv"));
    ASSERT_TRUE((*journal)->commit(test::batch_of("job_1", 1, 50)));
  }

  /// Writes what no Pixmill writes.
  void put(family which, const std::string& key,
           const std::string& value) const {
    const auto database =
      journal_database::open(path(), journal_store::schema_version);
    ASSERT_TRUE(database);
    auto& db = (*database)->db();
    ASSERT_TRUE(db.Put({}, (**database)[which], key, value).ok());
  }

  journal_report checked() const {
    auto found = check_journal(path());
    EXPECT_TRUE(found) << context_of(found.error());
    return found ? std::move(*found) : journal_report{};
  }

  fs::path path() const {
    return folder.path() / "journal";
  }

  test::temporary_folder folder;
};

TEST_F(JournalCheck, CountsASoundJournal) {
  const auto found = checked();
  EXPECT_EQ(found.jobs, 2u);
  EXPECT_EQ(found.outcomes, 50u);
  EXPECT_GT(found.entries, 52u);
  EXPECT_THAT(found.problems, ElementsAre());
}

TEST_F(JournalCheck, ReadsAJournalThatIsInUse) {
  const auto journal = journal_store::open(path());
  ASSERT_TRUE(journal);
  ASSERT_TRUE((*journal)->commit(test::batch_of("job_2", 1, 5)));
  EXPECT_EQ(checked().outcomes, 55u);
  EXPECT_EQ(checked().problems_total, 0u);
}

TEST_F(JournalCheck, NamesAValueThatIsDamaged) {
  put(family::jobs, record_key("job_2"), "\x03 nonsense");
  put(family::tokens, "tok_1", "");
  EXPECT_THAT(checked().problems, testing::UnorderedElementsAre(
                                    "jobs: the value of rjob_2 is damaged",
                                    "tokens: the value of tok_1 is damaged"));
}

TEST_F(JournalCheck, AddsUpTheOutcomes) {
  put(family::slots, slot_key("job_1", {7, 0}), "\xff");
  EXPECT_THAT(
    checked().problems,
    testing::UnorderedElementsAre("slots: the value of job_1 is damaged",
                                  HasSubstr("the counters of job_1 are not")));
}

TEST_F(JournalCheck, NamesTheFileThatIsDamaged) {
  { // Tables are written when a journal is opened again.
    const auto journal = journal_store::open(path());
    ASSERT_TRUE(journal);
  }
  fs::path largest;
  for (const auto& entry : fs::directory_iterator{path()})
    if (entry.path().extension() == ".sst"
        && (largest.empty() || entry.file_size() > fs::file_size(largest)))
      largest = entry.path();
  ASSERT_FALSE(largest.empty());
  std::fstream file{largest, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(40);
  file << "damage";
  file.close();
  const auto found = checked();
  ASSERT_GE(found.problems_total, 1u);
  EXPECT_THAT(found.problems,
              testing::Contains(HasSubstr(largest.filename().string())));
}

TEST_F(JournalCheck, WantsAJournal) {
  const auto refused = check_journal(folder.path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(code_of(refused.error(), errc::none), errc::file_unreadable);
}

TEST_F(JournalCheck, RefusesWhatANewerPixmillWrote) {
  put(family::meta, "schema", "99");
  const auto refused = check_journal(path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(code_of(refused.error(), errc::none), errc::store_newer);
}

} // namespace
} // namespace pixmill::persistence
