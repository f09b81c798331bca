#include "persistence/journal_store.hpp"

#include <gmock/gmock.h>

#include "model/errc.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

using test::batch_of;
using test::failure_of;
using test::job_named;
using test::outcome_of;
using test::write_of;
using testing::ElementsAre;

constexpr auto written = write_verdict::written;
constexpr auto already_there = write_verdict::already_there;

class JournalStore : public testing::Test {
protected:
  JournalStore() {
    reopen();
  }

  void reopen() {
    journal.reset();
    auto opened = journal_store::open(folder.path() / "journal");
    ASSERT_TRUE(opened) << context_of(opened.error());
    journal = std::move(*opened);
  }

  std::vector<std::string> ids() const {
    std::vector<std::string> result;
    const auto jobs = journal->jobs();
    for (const auto& job : *jobs)
      result.push_back(job.id);
    return result;
  }

  std::vector<slot_id> slots_of(std::string_view job, slot_id first = {}) {
    std::vector<slot_id> result;
    EXPECT_TRUE(
      journal->for_each_slot(job, first, [&](slot_id slot, const outcome&) {
        result.push_back(slot);
        return true;
      }));
    return result;
  }

  void settle(const char* id) {
    auto job = *journal->job(id);
    job.state = job_state::completed;
    ASSERT_TRUE(journal->update_job(job));
  }

  test::temporary_folder folder;
  std::unique_ptr<journal_store> journal;
};

TEST_F(JournalStore, IsEmptyAtFirst) {
  EXPECT_THAT(ids(), ElementsAre());
  const auto job = journal->job("job_1");
  ASSERT_FALSE(job);
  EXPECT_EQ(code_of(job.error(), errc::none), errc::no_such_job);
  EXPECT_EQ(*journal->counters("job_1"), job_counters{});
  EXPECT_EQ(*journal->csv_chunk("job_1", 0), "");
  EXPECT_FALSE(journal->slot("job_1", {1, 0})->has_value());
}

TEST_F(JournalStore, RemembersAnAcceptedJobAndItsCsv) {
  const std::string chunk{"a\0b", 3};
  ASSERT_TRUE(journal->put_csv_chunk("job_1", 0, chunk));
  ASSERT_TRUE(journal->put_csv_chunk("job_1", 1, "tail"));
  ASSERT_TRUE(journal->accept_job(job_named("job_1")));
  reopen();
  EXPECT_EQ(*journal->job("job_1"), job_named("job_1"));
  EXPECT_EQ(*journal->csv_chunk("job_1", 0), chunk);
  EXPECT_EQ(*journal->csv_chunk("job_1", 1), "tail");
  EXPECT_EQ(*journal->csv_chunk("job_1", 2), "");
}

TEST_F(JournalStore, ListsJobsOldestFirst) {
  ASSERT_TRUE(journal->accept_job(job_named("job_2", 20)));
  ASSERT_TRUE(journal->accept_job(job_named("job_3", 10)));
  ASSERT_TRUE(journal->accept_job(job_named("job_1", 30)));
  EXPECT_THAT(ids(), ElementsAre("job_3", "job_2", "job_1"));
}

TEST_F(JournalStore, UpdatesAJob) {
  auto job = job_named("job_1");
  ASSERT_TRUE(journal->accept_job(job));
  job.state = job_state::completed;
  ASSERT_TRUE(journal->update_job(job));
  reopen();
  EXPECT_EQ(*journal->job("job_1"), job);
}

TEST_F(JournalStore, FindsTheNewestJobOfAFingerprint) {
  EXPECT_FALSE(journal->job_by_fingerprint("same work")->has_value());
  ASSERT_TRUE(journal->accept_job(job_named("job_1")));
  ASSERT_TRUE(journal->accept_job(job_named("job_2")));
  EXPECT_EQ((*journal->job_by_fingerprint("same work"))->id, "job_2");
  EXPECT_FALSE(journal->job_by_fingerprint("same wor")->has_value());
  EXPECT_FALSE(journal->job_by_fingerprint("same works")->has_value());
  settle("job_2");
  ASSERT_TRUE(journal->erase_job("job_2"));
  EXPECT_EQ((*journal->job_by_fingerprint("same work"))->id, "job_1");
}

TEST_F(JournalStore, FindsTheNewestJobOfASubmissionKey) {
  const auto accept = [&](const char* id) {
    auto job = job_named(id);
    job.submission_key = "k";
    ASSERT_TRUE(journal->accept_job(job));
  };
  EXPECT_FALSE(journal->job_by_submission_key("", "k")->has_value());
  accept("job_1");
  reopen();
  EXPECT_EQ((*journal->job_by_submission_key("", "k"))->id, "job_1");
  accept("job_2");
  EXPECT_EQ((*journal->job_by_submission_key("", "k"))->id, "job_2");
  EXPECT_FALSE(journal->job_by_submission_key("", "")->has_value());
  settle("job_1");
  settle("job_2");
  ASSERT_TRUE(journal->erase_job("job_1"));
  EXPECT_EQ((*journal->job_by_submission_key("", "k"))->id, "job_2");
  ASSERT_TRUE(journal->erase_job("job_2"));
  EXPECT_FALSE(journal->job_by_submission_key("", "k")->has_value());
}

TEST_F(JournalStore, CommitsOutcomesAndCountsThem) {
  ASSERT_TRUE(journal->accept_job(job_named("job_1")));
  auto writes = batch_of("job_1", 1, 2);
  writes.push_back({"job_1", {3, 7}, failure_of(errc::timeout)});
  EXPECT_THAT(*journal->commit(writes), ElementsAre(written, written, written));
  reopen();
  EXPECT_EQ(*journal->slot("job_1", {2, 0}), outcome_of(2));
  EXPECT_EQ(*journal->slot("job_1", {3, 7}), failure_of(errc::timeout));
  EXPECT_FALSE(journal->slot("job_1", {3, 6})->has_value());
  job_counters expected;
  for (const auto& write : writes)
    expected.add(write.result);
  EXPECT_EQ(*journal->counters("job_1"), expected);
}

TEST_F(JournalStore, KeepsTheFirstOutcomeOfASlot) {
  ASSERT_TRUE(journal->accept_job(job_named("job_1")));
  ASSERT_TRUE(journal->commit(batch_of("job_1", 1, 1)));
  EXPECT_THAT(*journal->commit({{"job_1", {1, 0}, failure_of(errc::dns)},
                                write_of("job_1", 2)}),
              ElementsAre(already_there, written));
  EXPECT_EQ(*journal->slot("job_1", {1, 0}), outcome_of(1));
  EXPECT_EQ(journal->counters("job_1")->settled(), 2u);
  EXPECT_EQ(journal->counters("job_1")->failed, 0u);
}

TEST_F(JournalStore, KeepsTheFirstOutcomeWithinABatch) {
  ASSERT_TRUE(journal->accept_job(job_named("job_1")));
  EXPECT_THAT(*journal->commit({write_of("job_1", 1),
                                {"job_1", {1, 0}, failure_of(errc::dns)}}),
              ElementsAre(written, already_there));
  EXPECT_EQ(*journal->slot("job_1", {1, 0}), outcome_of(1));
  EXPECT_EQ(journal->counters("job_1")->settled(), 1u);
}

TEST_F(JournalStore, GoesOnCountingAfterARestart) {
  ASSERT_TRUE(journal->accept_job(job_named("job_1")));
  ASSERT_TRUE(journal->commit(batch_of("job_1", 1, 10)));
  reopen();
  ASSERT_TRUE(journal->commit(batch_of("job_1", 6, 15)));
  EXPECT_EQ(journal->counters("job_1")->done, 15u);
}

TEST_F(JournalStore, CommitsForSeveralJobsAtOnce) {
  ASSERT_TRUE(journal->accept_job(job_named("job_1")));
  ASSERT_TRUE(journal->accept_job(job_named("job_10")));
  ASSERT_TRUE(journal->commit(
    {write_of("job_1", 1), write_of("job_10", 1), write_of("job_10", 2)}));
  EXPECT_EQ(journal->counters("job_1")->done, 1u);
  EXPECT_EQ(journal->counters("job_10")->done, 2u);
  EXPECT_THAT(slots_of("job_1"), ElementsAre(slot_id{1, 0}));
}

TEST_F(JournalStore, DropsOutcomesOfAJobThatIsGone) {
  EXPECT_THAT(*journal->commit(batch_of("job_1", 1, 1)),
              ElementsAre(write_verdict::no_such_job));
  EXPECT_FALSE(journal->slot("job_1", {1, 0})->has_value());
}

TEST_F(JournalStore, VisitsSlotsInOrder) {
  ASSERT_TRUE(journal->accept_job(job_named("job_1")));
  ASSERT_TRUE(journal->commit(
    {write_of("job_1", 256), write_of("job_1", 1, 300), write_of("job_1", 1, 2),
     write_of("job_1", 70'000), write_of("job_1", 2)}));
  EXPECT_THAT(slots_of("job_1"),
              ElementsAre(slot_id{1, 2}, slot_id{1, 300}, slot_id{2, 0},
                          slot_id{256, 0}, slot_id{70'000, 0}));
  EXPECT_THAT(slots_of("job_1", {1, 3}),
              ElementsAre(slot_id{1, 300}, slot_id{2, 0}, slot_id{256, 0},
                          slot_id{70'000, 0}));
}

TEST_F(JournalStore, StopsVisitingWhenTold) {
  ASSERT_TRUE(journal->accept_job(job_named("job_1")));
  ASSERT_TRUE(journal->commit(batch_of("job_1", 1, 9)));
  int visited = 0;
  EXPECT_TRUE(journal->for_each_slot(
    "job_1", {}, [&](slot_id, const outcome&) { return ++visited < 3; }));
  EXPECT_EQ(visited, 3);
}

TEST_F(JournalStore, ShowsACursorWhatWasThereWhenItWasMade) {
  ASSERT_TRUE(journal->accept_job(job_named("job_1")));
  ASSERT_TRUE(journal->commit(batch_of("job_1", 1, 1)));
  auto cursor = journal->slots_from("job_1", {});
  ASSERT_TRUE(journal->commit(batch_of("job_1", 2, 2)));
  slot_id slot;
  outcome result;
  EXPECT_TRUE(*cursor.next(slot, result));
  EXPECT_EQ(result, outcome_of(1));
  EXPECT_FALSE(*cursor.next(slot, result));
}

TEST_F(JournalStore, ReopensSlotsForAnotherAttempt) {
  auto job = job_named("job_1");
  ASSERT_TRUE(journal->accept_job(job));
  ASSERT_TRUE(journal->commit({write_of("job_1", 1),
                               {"job_1", {2, 0}, failure_of(errc::dns)},
                               {"job_1", {3, 0}, failure_of(errc::dns)}}));
  job.attempt = 2;
  ASSERT_TRUE(journal->reopen_slots(job, {{2, 0}, {3, 0}, {2, 0}, {99, 0}}));
  reopen();
  EXPECT_EQ(*journal->job("job_1"), job);
  EXPECT_THAT(slots_of("job_1"), ElementsAre(slot_id{1, 0}));
  job_counters expected;
  expected.add(outcome_of(1));
  EXPECT_EQ(*journal->counters("job_1"), expected);
  EXPECT_THAT(*journal->commit({write_of("job_1", 2)}), ElementsAre(written));
  EXPECT_EQ(journal->counters("job_1")->done, 2u);
}

TEST_F(JournalStore, ErasesAJobAndNothingElse) {
  for (const auto* id : {"job_1", "job_10"}) {
    ASSERT_TRUE(journal->put_csv_chunk(id, 0, "csv"));
    ASSERT_TRUE(journal->accept_job(job_named(id)));
    ASSERT_TRUE(journal->commit(batch_of(id, 1, 3)));
  }
  EXPECT_EQ(code_of(journal->erase_job("job_1").error(), errc::none),
            errc::wrong_state);
  settle("job_1");
  EXPECT_TRUE(*journal->erase_job("job_1"));
  EXPECT_FALSE(*journal->erase_job("job_never"));
  purge_progress at{"job_1", {}};
  const auto slice = journal->purge().look(at, 10);
  ASSERT_TRUE(slice);
  EXPECT_FALSE(slice->more);
  EXPECT_TRUE(journal->purge().forget(*slice));
  reopen();
  EXPECT_THAT(ids(), ElementsAre("job_10"));
  EXPECT_EQ(*journal->csv_chunk("job_1", 0), "");
  EXPECT_THAT(slots_of("job_1"), ElementsAre());
  EXPECT_EQ(*journal->counters("job_1"), job_counters{});
  EXPECT_EQ(*journal->csv_chunk("job_10", 0), "csv");
  EXPECT_EQ(slots_of("job_10").size(), 3u);
}

TEST_F(JournalStore, DropsTheCsvOfSubmissionsThatWereNeverAccepted) {
  for (const auto* id : {"job_1", "job_2", "job_3"})
    for (std::uint32_t index = 0; index < 3; ++index)
      ASSERT_TRUE(journal->put_csv_chunk(id, index, "csv"));
  ASSERT_TRUE(journal->accept_job(job_named("job_2")));
  ASSERT_TRUE(journal->drop_unaccepted());
  EXPECT_EQ(*journal->csv_chunk("job_1", 0), "");
  EXPECT_EQ(*journal->csv_chunk("job_2", 2), "csv");
  EXPECT_EQ(*journal->csv_chunk("job_3", 2), "");
}

TEST_F(JournalStore, ProbesWithoutLeavingATrace) {
  EXPECT_TRUE(journal->probe());
  EXPECT_TRUE(journal->probe());
  EXPECT_THAT(ids(), ElementsAre());
}

} // namespace
} // namespace pixmill::persistence
