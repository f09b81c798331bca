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
