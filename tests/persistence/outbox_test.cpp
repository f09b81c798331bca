#include "persistence/outbox.hpp"

#include <gtest/gtest.h>

#include "persistence/journal_store.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

class Outbox : public testing::Test {
protected:
  Outbox() {
    reopen();
  }

  void reopen() {
    journal.reset();
    auto opened = journal_store::open(folder.path() / "journal");
    ASSERT_TRUE(opened) << context_of(opened.error());
    journal = std::move(*opened);
  }

  job_record accepted(const std::string& id) {
    auto job = test::job_named(id);
    job.options.webhook_url = "https://shop.example/hook";
    EXPECT_TRUE(journal->accept_job(job));
    return job;
  }

  std::optional<outbox_entry> end(job_record job,
                                  job_state state = job_state::completed) {
    job.state = state;
    auto written = journal->update_job(job);
    EXPECT_TRUE(written);
    return written ? *written : std::nullopt;
  }

  test::temporary_folder folder;
  std::unique_ptr<journal_store> journal;
};

TEST_F(Outbox, HoldsAnEventOfEachJobThatSettles) {
  const auto job = accepted("job_1");
  ASSERT_TRUE(journal->commit({test::write_of("job_1", 1)}));
  const auto entry = end(job);
  ASSERT_TRUE(entry);
  reopen();
  const auto pending = journal->events().pending();
  ASSERT_TRUE(pending);
  ASSERT_EQ(pending->size(), 1u);
  EXPECT_EQ(pending->front(), *entry);
  const auto event = journal->events().find(entry->event);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->type(), "job.completed");
  EXPECT_EQ(event->counters.done, 1u);
  EXPECT_EQ(event->job.id, "job_1");
}

TEST_F(Outbox, HoldsOneForEachAttemptOfAJob) {
  auto job = accepted("job_1");
  EXPECT_TRUE(end(job));
  EXPECT_FALSE(end(job)) << "its end was written twice";
  job.state = job_state::queued;
  job.attempt = 2;
  ASSERT_TRUE(journal->reopen_slots(job, {}));
  EXPECT_TRUE(end(job, job_state::canceled));
  EXPECT_EQ(journal->events().of_job("job_1")->size(), 2u);
}

TEST_F(Outbox, HoldsNothingOfAJobWithoutAWebhook) {
  auto job = test::job_named("job_1");
  ASSERT_TRUE(journal->accept_job(job));
  EXPECT_FALSE(end(job));
  auto running = accepted("job_2");
  EXPECT_FALSE(end(running, job_state::running));
  EXPECT_TRUE(journal->events().pending()->empty());
}

TEST_F(Outbox, MovesAnEventToItsNextAttempt) {
  const auto entry = *end(accepted("job_1"));
  auto event = *journal->events().find(entry.event);
  event.next_at += 5'000;
  event.tries = 1;
  event.attempts.push_back(
    {.at = 1, .status = 500, .why = {}, .milliseconds = 7});
  ASSERT_TRUE(journal->events().replace(event, receiver_mark::none));
  reopen();
  EXPECT_EQ(*journal->events().find(entry.event), event);
  ASSERT_EQ(journal->events().pending()->size(), 1u);
  EXPECT_EQ(journal->events().pending()->front().due, entry.due + 5'000);
  event.state = delivery_state::delivered;
  event.next_at = 0;
  ASSERT_TRUE(journal->events().replace(event, receiver_mark::none));
  EXPECT_TRUE(journal->events().pending()->empty());
}

TEST_F(Outbox, RemembersReceiversThatAreGone) {
  const auto event = *journal->events().find(end(accepted("job_1"))->event);
  const auto& url = event.job.options.webhook_url;
  EXPECT_FALSE(*journal->events().is_gone(url));
  ASSERT_TRUE(journal->events().replace(event, receiver_mark::gone));
  reopen();
  EXPECT_TRUE(*journal->events().is_gone(url));
  EXPECT_FALSE(*journal->events().is_gone(url + "2"));
  ASSERT_TRUE(journal->events().replace(event, receiver_mark::back));
  EXPECT_FALSE(*journal->events().is_gone(url));
}

TEST_F(Outbox, LosesTheEventsOfAnErasedJobAlone) {
  const auto entry = *end(accepted("job_1"));
  const auto other = *end(accepted("job_12"));
  const auto event = *journal->events().find(entry.event);
  ASSERT_TRUE(journal->erase_job("job_1"));
  const auto gone = journal->events().find(entry.event);
  ASSERT_FALSE(gone);
  EXPECT_EQ(code_of(gone.error(), errc::none), errc::no_such_delivery);
  ASSERT_EQ(journal->events().pending()->size(), 1u);
  EXPECT_EQ(journal->events().pending()->front(), other);
  // What was under way meanwhile does not bring it back.
  ASSERT_TRUE(journal->events().replace(event, receiver_mark::none));
  EXPECT_EQ(journal->events().pending()->size(), 1u);
  EXPECT_TRUE(journal->events().of_job("job_1")->empty());
}

} // namespace
} // namespace pixmill::persistence
