#include <chrono>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "tests/persistence/child_process.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

constexpr auto job_id = "job_1";

void read_acknowledged(test::child_process& child,
                       std::set<std::uint32_t>& acknowledged) {
  for (auto line = child.line(); !line.empty(); line = child.line())
    EXPECT_TRUE(
      acknowledged.insert(static_cast<std::uint32_t>(std::stoul(line))).second)
      << "acknowledged twice: " << line;
}

void expect_all_there(const std::filesystem::path& folder,
                      const std::set<std::uint32_t>& acknowledged) {
  const auto journal = journal_store::open(folder);
  ASSERT_TRUE(journal) << context_of(journal.error());
  std::set<std::uint32_t> found;
  ASSERT_TRUE((*journal)->for_each_slot(
    job_id, {}, [&](slot_id slot, const outcome& result) {
      EXPECT_EQ(result, test::outcome_of(slot.row));
      found.insert(slot.row);
      return true;
    }));
  for (const auto row : acknowledged)
    EXPECT_TRUE(found.contains(row)) << "lost: row " << row;
  EXPECT_EQ((*journal)->counters(job_id)->settled(), found.size());
}

TEST(JournalCrash, LosesNothingThatWasAcknowledged) {
  const test::temporary_folder folder;
  const auto path = folder.path() / "journal";
  std::set<std::uint32_t> acknowledged;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    const std::chrono::microseconds life{random() % 60'000};
    test::child_process child{{PIXMILL_JOURNAL_SUBJECT, "commit", path}};
    // Until the first line it may not even have a journal; later lines say
    // nothing about the moment, so that the kill hits anywhere in a commit.
    const auto first = child.line();
    ASSERT_FALSE(first.empty());
    acknowledged.insert(static_cast<std::uint32_t>(std::stoul(first)));
    std::this_thread::sleep_for(life);
    child.kill();
    read_acknowledged(child, acknowledged);
    child.wait();
    expect_all_there(path, acknowledged);
  }
  EXPECT_GE(acknowledged.size(), 12u * 7u); // A commit a life, on any disk.
}

TEST(JournalFullDisk, LosesNothingAndGoesOnWhenSpaceComesBack) {
  const test::temporary_folder folder;
  test::child_process child{
    {PIXMILL_JOURNAL_SUBJECT, "full-disk", folder.path()}};
  const auto complaint = child.line();
  const auto code = child.wait();
  if (code == 77)
    GTEST_SKIP() << "may not mount a disk of its own here";
  EXPECT_EQ(code, 0) << complaint;
}

} // namespace
} // namespace pixmill::persistence
