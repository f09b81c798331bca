#include "tests/actors/head_fixture.hpp"

namespace pixmill::actors {
namespace {

using test::fake_fetcher;

class Supervisor : public test::head_fixture {};

TEST_F(Supervisor, QueuesJobsBeyondTheLimit) {
  close();
  jobs.max_running = 1;
  open();
  add_worker();
  submit("1,A,http://a/1\n", 1, 1, {}, "job_1");
  submit("1,A,http://a/2\n", 1, 1, {}, "job_2");
  settle(1);
  EXPECT_EQ(status("job_1").record.state, job_state::running);
  EXPECT_EQ(status("job_2").record.state, job_state::queued);
  services.fetcher.rule = [](const std::string&) {
    return fake_fetcher::body("12345678");
  };
  services.fetcher.finish(1, fake_fetcher::body("12345678"));
  settle();
  EXPECT_EQ(status("job_1").record.state, job_state::completed);
  EXPECT_EQ(status("job_2").record.state, job_state::completed);
}

TEST_F(Supervisor, AcceptsNoMoreThanMayWait) {
  close();
  jobs.max_running = 1;
  jobs.max_queued = 1;
  open();
  add_worker();
  ASSERT_TRUE(submit("1,A,http://a/1\n", 1, 1, {}, "job_1"));
  settle(1);
  ASSERT_TRUE(submit("1,A,http://a/2\n", 1, 1, {}, "job_2"));
  const auto full = submit("1,A,http://a/3\n", 1, 1, {}, "job_3");
  ASSERT_FALSE(full);
  EXPECT_EQ(code_of(full.error(), errc::none), errc::queue_full);
  EXPECT_FALSE(store->job("job_3")); // Nor is it in the journal.
  // A pause is no way round: a job that was never started holds its place.
  ASSERT_TRUE(command(job_verb::pause, "job_2"));
  EXPECT_FALSE(submit("1,A,http://a/3\n", 1, 1, {}, "job_3"));
  ASSERT_TRUE(command(job_verb::cancel, "job_2"));
  settle();
  EXPECT_TRUE(submit("1,A,http://a/3\n", 1, 1, {}, "job_3"));
  // A retry needs a place, too.
  const auto retried = command(job_verb::retry, "job_2");
  ASSERT_FALSE(retried);
  EXPECT_EQ(code_of(retried.error(), errc::none), errc::queue_full);
  EXPECT_EQ(status("job_2").record.state, job_state::canceled);
}

TEST_F(Supervisor, KeepsWhatWasAcceptedWhateverTheLimit) {
  submit("1,A,http://a/1\n", 1, 1, {}, "job_1");
  submit("1,A,http://a/2\n", 1, 1, {}, "job_2");
  submit("1,A,http://a/3\n", 1, 1, {}, "job_3");
  close();
  jobs.max_running = 1;
  jobs.max_queued = 1;
  open();
  services.fetcher.rule = [](const std::string&) {
    return fake_fetcher::body("12345678");
  };
  add_worker();
  ASSERT_TRUE(ask<caf::unit_t>(supervisor, atom::restore::value));
  settle(30);
  for (const auto* id : {"job_1", "job_2", "job_3"})
    EXPECT_EQ(status(id).record.state, job_state::completed) << id;
  EXPECT_TRUE(submit("1,A,http://a/4\n", 1, 1, {}, "job_4"));
}

TEST_F(Supervisor, WakesUnfinishedJobsAfterARestart) {
  submit("1,A,http://a/1\n", 1, 1);
  settle(1);
  close();
  open();
  services.fetcher.rule = [](const std::string&) {
    return fake_fetcher::body("12345678");
  };
  add_worker();
  ASSERT_TRUE(ask<caf::unit_t>(supervisor, atom::restore::value));
  settle();
  EXPECT_EQ(status().record.state, job_state::completed);
}

TEST_F(Supervisor, RefusesCommandsToASettledJob) {
  services.fetcher.rule = [](const std::string&) {
    return fake_fetcher::body("12345678");
  };
  add_worker();
  submit("1,A,http://a/1\n", 1, 1);
  settle();
  const auto refused = command(job_verb::pause);
  ASSERT_FALSE(refused);
  EXPECT_EQ(code_of(refused.error(), errc::none), errc::wrong_state);
}

TEST_F(Supervisor, ErasesOnlySettledJobs) {
  submit("1,A,http://a/1\n", 1, 1);
  EXPECT_FALSE(
    ask<caf::unit_t>(supervisor, atom::erase::value, std::string{"job_1"}));
}

TEST_F(Supervisor, AnswersInspect) {
  const auto report = ask<actor_report>(supervisor, atom::inspect::value);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->kind, "supervisor");
}

} // namespace
} // namespace pixmill::actors
