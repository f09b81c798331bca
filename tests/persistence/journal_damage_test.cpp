#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>

#include "model/errc.hpp"
#include "persistence/journal_database.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr auto job_id = "job_1";

class JournalDamage : public testing::Test {
protected:
  fs::path path() const {
    return folder.path() / "journal";
  }

  std::unique_ptr<journal_store> opened() const {
    auto journal = journal_store::open(path());
    EXPECT_TRUE(journal) << context_of(journal.error());
    return journal ? std::move(*journal) : nullptr;
  }

  std::vector<fs::path> files(std::string_view extension) const {
    std::vector<fs::path> result;
    for (const auto& entry : fs::directory_iterator{path()})
      if (entry.path().extension() == extension && entry.file_size() > 0)
        result.push_back(entry.path());
    std::sort(result.begin(), result.end());
    return result;
  }

  fs::path log() const {
    const auto logs = files(".log");
    EXPECT_FALSE(logs.empty());
    return logs.empty() ? fs::path{} : logs.back();
  }

  /// Commits batches of 8 rows and returns how long the log was after each.
  std::vector<std::uintmax_t> fill(std::uint32_t batches) const {
    const auto journal = opened();
    EXPECT_TRUE(journal->accept_job(test::job_named(job_id)));
    std::vector<std::uintmax_t> sizes;
    for (std::uint32_t i = 0; i < batches; ++i) {
      EXPECT_TRUE(
        journal->commit(test::batch_of(job_id, 8 * i + 1, 8 * i + 8)));
      sizes.push_back(fs::file_size(log()));
    }
    return sizes;
  }

  static void flip(const fs::path& file, std::uintmax_t at) {
    std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
    stream.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(stream.get() ^ 0x55);
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(byte);
  }

  void expect_rows(std::uint32_t rows) const {
    const auto journal = opened();
    ASSERT_TRUE(journal);
    std::uint32_t next = 1;
    EXPECT_TRUE(journal->for_each_slot(
      job_id, {}, [&](slot_id slot, const outcome& result) {
        EXPECT_EQ(slot.row, next++);
        EXPECT_EQ(result, test::outcome_of(slot.row));
        return true;
      }));
    EXPECT_EQ(next, rows + 1);
    EXPECT_EQ(journal->counters(job_id)->settled(), rows);
  }

  test::temporary_folder folder;
};

TEST_F(JournalDamage, OpensWithWhatStandsBeforeATornTail) {
  const auto sizes = fill(40);
  const auto whole = path();
  for (const auto cut : {1u, 5u, 100u, 700u, 5'000u, 20'000u}) {
    SCOPED_TRACE(cut);
    const auto left = sizes.back() - cut;
    const auto copy = folder.path() / "whole";
    fs::remove_all(copy);
    fs::copy(whole, copy);
    fs::resize_file(log(), left);
    const auto batches = std::count_if(
      sizes.begin(), sizes.end(), [left](auto size) { return size <= left; });
    expect_rows(static_cast<std::uint32_t>(8 * batches));
    fs::remove_all(whole);
    fs::rename(copy, whole);
  }
}

class GarbageTail : public JournalDamage,
                    public testing::WithParamInterface<int> {};

TEST_P(GarbageTail, IsForgiven) {
  fill(20);
  std::string garbage(static_cast<std::size_t>(GetParam()), '\0');
  for (std::size_t i = 0; i < garbage.size(); ++i)
    garbage[i] = static_cast<char>(i * 2'654'435'761u >> 13);
  std::ofstream{log(), std::ios::app | std::ios::binary} << garbage;
  expect_rows(160);
}

INSTANTIATE_TEST_SUITE_P(Sizes, GarbageTail,
                         testing::Values(1, 6, 7, 8, 64, 1'000, 40'000));

TEST_F(JournalDamage, ForgivesATailOfZeros) {
  const auto sizes = fill(20);
  fs::resize_file(log(), sizes.back() + 10'000);
  expect_rows(160);
}

TEST_F(JournalDamage, ForgivesARecordThatWasNeverWrittenInFull) {
  const auto sizes = fill(20);
  // The disk wrote the end of the last record, but not its middle.
  flip(log(), (sizes[18] + sizes[19]) / 2);
  expect_rows(152);
}

TEST_F(JournalDamage, RefusesALogThatIsDamagedInTheMiddle) {
  const auto sizes = fill(400);
  const auto file = log();
  flip(file, sizes[100]);
  const auto journal = journal_store::open(path());
  ASSERT_FALSE(journal);
  EXPECT_EQ(code_of(journal.error(), errc::none), errc::store_corrupt);
  EXPECT_THAT(context_of(journal.error()), HasSubstr(file.filename().string()));
  EXPECT_THAT(context_of(journal.error()), HasSubstr("restore"));
}

TEST_F(JournalDamage, NamesADamagedTable) {
  fill(400);
  opened(); // Moves what is in the log into tables.
  for (const auto& file : files(".sst"))
    for (std::uintmax_t at = 10; at < fs::file_size(file); at += 512)
      flip(file, at);
  caf::error reason;
  if (const auto journal = journal_store::open(path()); !journal)
    reason = journal.error();
  else if (const auto read = (*journal)->slot(job_id, {5, 0}); !read)
    reason = read.error();
  EXPECT_EQ(code_of(reason, errc::none), errc::store_corrupt);
  EXPECT_THAT(context_of(reason), HasSubstr(".sst"));
}

TEST_F(JournalDamage, NamesATableThatIsGone) {
  fill(400);
  opened();
  ASSERT_FALSE(files(".sst").empty());
  const auto file = files(".sst").front();
  fs::remove(file);
  const auto journal = journal_store::open(path());
  ASSERT_FALSE(journal);
  EXPECT_EQ(code_of(journal.error(), errc::none), errc::store_corrupt);
  EXPECT_THAT(context_of(journal.error()), HasSubstr(file.filename().string()));
}

TEST_F(JournalDamage, DoesNotTakeAJournalWithoutCurrentForANewOne) {
  fill(3);
  fs::remove(path() / "CURRENT");
  const auto journal = journal_store::open(path());
  ASSERT_FALSE(journal);
  EXPECT_EQ(code_of(journal.error(), errc::none), errc::store_corrupt);
  EXPECT_THAT(context_of(journal.error()), HasSubstr("CURRENT"));
  EXPECT_FALSE(files(".log").empty());
}

TEST_F(JournalDamage, RefusesAJournalThatIsOpenElsewhere) {
  const auto holder = opened();
  const auto journal = journal_store::open(path());
  ASSERT_FALSE(journal);
  EXPECT_EQ(code_of(journal.error(), errc::none), errc::store_locked);
  EXPECT_THAT(context_of(journal.error()), HasSubstr(path().string()));
}

TEST_F(JournalDamage, RefusesAJournalOfANewerSchema) {
  ASSERT_TRUE(
    journal_database::open(path(), journal_store::schema_version + 1));
  const auto journal = journal_store::open(path());
  ASSERT_FALSE(journal);
  EXPECT_EQ(code_of(journal.error(), errc::none), errc::store_newer);
  EXPECT_THAT(context_of(journal.error()), HasSubstr("schema 4"));
  EXPECT_THAT(context_of(journal.error()), HasSubstr("schema 3"));
}

TEST_F(JournalDamage, RefusesAFolderThatCannotBeMade) {
  std::ofstream{path()} << "a file";
  const auto journal = journal_store::open(path());
  ASSERT_FALSE(journal);
  EXPECT_EQ(code_of(journal.error(), errc::none), errc::file_unwritable);
}

} // namespace
} // namespace pixmill::persistence
