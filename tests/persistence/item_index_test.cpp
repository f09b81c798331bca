#include "persistence/item_index.hpp"

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "persistence/journal_database.hpp"
#include "persistence/journal_store.hpp"
#include "persistence/journal_upgrade.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

#include <rocksdb/db.h>

namespace pixmill::persistence {
namespace {

using test::failure_of;
using test::outcome_of;
using slots = std::vector<slot_id>;

class Index : public testing::Test {
protected:
  Index() {
    open();
  }

  void open() {
    auto opened = journal_store::open(folder.path() / "journal");
    if (opened)
      journal = std::move(*opened);
  }

  void commit(const std::vector<slot_write>& writes) {
    ASSERT_TRUE(journal->commit(writes));
  }

  void fill() {
    ASSERT_TRUE(journal->accept_job(test::job_named("job_1")));
    ASSERT_TRUE(journal->accept_job(test::job_named("job_2")));
    commit({{"job_1", {3, 1}, http_failure(404)},
            {"job_1", {2, 0}, failure_of(errc::dns)},
            {"job_1", {1, 0}, outcome_of(1)}});
    commit({{"job_2", {1, 0}, failure_of(errc::dns)},
            {"job_1", {9, 0}, kept()},
            {"job_1", {1, 1}, failure_of(errc::timeout)},
            {"job_1", {300, 0}, failure_of(errc::dns)}});
  }

  static outcome http_failure(std::uint16_t status) {
    auto x = failure_of(errc::http_status);
    x.why.http_status = status;
    return x;
  }

  static outcome kept() {
    auto x = outcome_of(9);
    x.state = item_state::kept_original;
    return x;
  }

  slots found(index_filter filter, slot_id first = {1, 0}) const {
    auto cursor = journal->find_slots("job_1", std::move(filter), first);
    slots out;
    for (slot_id slot;;) {
      const auto more = cursor.next(slot);
      EXPECT_TRUE(more) << context_of(more.error());
      if (!more || !*more)
        return out;
      out.push_back(slot);
    }
  }

  std::uint64_t end_of(std::string_view job) const {
    const auto end = journal->trail().end(job);
    return end ? *end : UINT64_MAX;
  }

  slots trail(std::uint64_t from = 0, std::size_t limit = 100) const {
    slots out;
    const auto read = journal->trail().since("job_1", from, limit);
    EXPECT_TRUE(read);
    if (read)
      for (const auto& x : *read)
        out.push_back(x.slot);
    return out;
  }

  test::temporary_folder folder;
  std::unique_ptr<journal_store> journal;
};

TEST_F(Index, FindsAllThatIsNotDoneInSlotOrder) {
  fill();
  EXPECT_EQ(found({}), (slots{{1, 1}, {2, 0}, {3, 1}, {9, 0}, {300, 0}}));
}

TEST_F(Index, FindsByStateAndByCode) {
  fill();
  EXPECT_EQ(found({.states = {item_state::kept_original}, .codes = {}}),
            (slots{{9, 0}}));
  EXPECT_EQ(found({.states = {}, .codes = {"dns"}}), (slots{{2, 0}, {300, 0}}));
  EXPECT_EQ(
    found({.states = {item_state::failed}, .codes = {"http_404", "timeout"}}),
    (slots{{1, 1}, {3, 1}}));
  EXPECT_EQ(found({.states = {}, .codes = {"http_500"}}), slots{});
}

TEST_F(Index, StartsWhereItIsTold) {
  fill();
  EXPECT_EQ(found({}, {2, 0}), (slots{{2, 0}, {3, 1}, {9, 0}, {300, 0}}));
  EXPECT_EQ(found({}, {2, 1}), (slots{{3, 1}, {9, 0}, {300, 0}}));
  EXPECT_EQ(found({}, {301, 0}), slots{});
}

TEST_F(Index, ForgetsWhatIsTriedAgain) {
  fill();
  ASSERT_TRUE(
    journal->reopen_slots(test::job_named("job_1"), {{300, 0}, {1, 1}}));
  EXPECT_EQ(found({}), (slots{{2, 0}, {3, 1}, {9, 0}}));
  commit({{"job_1", {300, 0}, outcome_of(300)}});
  EXPECT_EQ(found({.states = {}, .codes = {"dns"}}), (slots{{2, 0}}));
}

TEST_F(Index, GoesWithItsJob) {
  fill();
  auto job = *journal->job("job_1");
  job.state = job_state::completed;
  ASSERT_TRUE(journal->update_job(job));
  ASSERT_TRUE(journal->erase_job("job_1"));
  purge_progress at{"job_1", {}};
  ASSERT_TRUE(journal->purge().forget(*journal->purge().look(at, 100)));
  EXPECT_EQ(found({}), slots{});
  EXPECT_EQ(trail(), slots{});
  EXPECT_EQ(end_of("job_2"), 1u);
}

TEST_F(Index, KeepsTheOrderInWhichSlotsSettled) {
  fill();
  EXPECT_EQ(trail(), (slots{{3, 1}, {2, 0}, {1, 0}, {9, 0}, {1, 1}, {300, 0}}));
  EXPECT_EQ(trail(2), (slots{{1, 0}, {9, 0}, {1, 1}, {300, 0}}));
  EXPECT_EQ(trail(4, 1), (slots{{1, 1}}));
  EXPECT_EQ(trail(6), slots{});
  EXPECT_EQ(end_of("job_1"), 6u);
}

TEST_F(Index, CountsOnAfterARestart) {
  fill();
  journal.reset();
  open();
  commit({{"job_1", {4, 0}, outcome_of(4)}});
  EXPECT_EQ(trail(5), (slots{{300, 0}, {4, 0}}));
}

TEST_F(Index, NamesEverySlotOnceWhenItSettlesAgain) {
  fill();
  ASSERT_TRUE(
    journal->reopen_slots(test::job_named("job_1"), {{300, 0}, {1, 1}}));
  EXPECT_EQ(trail(), (slots{{3, 1}, {2, 0}, {1, 0}, {9, 0}}));
  EXPECT_EQ(end_of("job_1"), 6u);
  commit({{"job_1", {1, 1}, outcome_of(1)}});
  EXPECT_EQ(trail(), (slots{{3, 1}, {2, 0}, {1, 0}, {9, 0}, {1, 1}}));
  EXPECT_EQ(trail(6), (slots{{1, 1}}));
}

TEST_F(Index, IsMadeForAJournalOfTheFirstSchema) {
  fill();
  journal.reset();
  {
    auto database = journal_database::open(folder.path() / "journal",
                                           journal_store::schema_version);
    ASSERT_TRUE(database);
    auto& db = (*database)->db();
    for (const auto which : {family::index, family::trail})
      ASSERT_TRUE(
        db.DeleteRange({}, (**database)[which], "job_", "job_~").ok());
    ASSERT_TRUE(db.Put({}, (**database)[family::meta], "schema", "1").ok());
  }
  open();
  EXPECT_EQ(found({}), (slots{{1, 1}, {2, 0}, {3, 1}, {9, 0}, {300, 0}}));
  EXPECT_EQ(trail(), (slots{{1, 0}, {1, 1}, {2, 0}, {3, 1}, {9, 0}, {300, 0}}));
  EXPECT_EQ(end_of("job_2"), 1u);
  commit({{"job_1", {4, 0}, outcome_of(4)}});
  EXPECT_EQ(trail(6), (slots{{4, 0}}));
}

} // namespace
} // namespace pixmill::persistence
