#include "actors/row.hpp"

#include "tests/actors/actor_fixture.hpp"

namespace pixmill::actors {
namespace {

using test::fake_fetcher;
using namespace std::chrono_literals;

class Row : public test::actor_fixture {
protected:
  void SetUp() override {
    parent = system.spawn(
      [this](worker_actor::pointer) -> worker_actor::behavior_type {
        return {
          [](atom::inspect) { return actor_report{}; },
          [](const row_task&, const job_actor&) {},
          [](const lease_revocation&) {},
          [this](const row_report& x) {
            reports.insert(reports.end(), x.slots.begin(), x.slots.end());
          },
          [](const origin_leases&) {},
          [](atom::look) {},
          [](const origin_report&) {},
          [](atom::link, const caf::strong_actor_ptr&) {},
          [](atom::settled, const std::string&, slot_id, bool) {},
          [](atom::leave) {},
          [](atom::tick) {},
        };
      });
    job = any_job();
    policy.fetch.max_attempts = 3;
    policy.fetch.first_pause = 100ms;
    policy.seed = 7;
  }

  void TearDown() override {
    if (subject)
      self->send(subject, atom::cancel::value);
    subject = nullptr;
    stop(parent);
    stop(job);
    advance(10s);
  }

  void start(std::vector<std::string> urls) {
    row_task task{.job = "job_1", .lease = 1, .slots = {}, .goal = {}};
    for (const auto& url : urls)
      task.slots.push_back(
        {{1, static_cast<std::uint16_t>(task.slots.size())}, url, 0});
    subject = system.spawn(row, task, services.get(), policy, parent, job);
    run();
  }

  test::fake_services services;
  retry_policy policy;
  worker_actor parent;
  job_actor job;
  row_actor subject;
  std::vector<slot_report> reports;
};

TEST_F(Row, ReportsEachSlotAsItSettles) {
  start({"http://a/1", "http://a/2"});
  services.fetcher.finish(2, fake_fetcher::body("12345678"));
  run();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].slot, (slot_id{1, 1}));
  services.fetcher.finish(1, fake_fetcher::body("12345678"));
  run();
  EXPECT_EQ(reports.size(), 2u);
}

TEST_F(Row, TriesATransientFailureAgainUntilItsAttemptsAreSpent) {
  services.fetcher.rule = [](auto&) {
    return fake_fetcher::failed(errc::http_status, 503);
  };
  start({"http://a/1"});
  EXPECT_EQ(services.fetcher.started["http://a/1"], 1);
  advance(100ms); // The longest that full jitter makes of the first pause.
  EXPECT_EQ(services.fetcher.started["http://a/1"], 2);
  EXPECT_TRUE(reports.empty());
  advance(200ms);
  EXPECT_EQ(services.fetcher.started["http://a/1"], 3);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].result.state, item_state::failed);
  EXPECT_EQ(reports[0].result.attempts, 3u);
}

TEST_F(Row, NeverTriesAPermanentFailureAgain) {
  services.fetcher.rule = [](auto&) {
    return fake_fetcher::failed(errc::http_status, 404);
  };
  start({"http://a/1"});
  advance(60s);
  EXPECT_EQ(services.fetcher.started["http://a/1"], 1);
  ASSERT_EQ(reports.size(), 1u);
}

TEST_F(Row, HandsALongPauseBackToItsJob) {
  services.fetcher.rule = [](auto&) {
    auto out = fake_fetcher::failed(errc::rate_limited);
    out.retry_after = 60s;
    return out;
  };
  start({"http://a/1"});
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].result.state, item_state::pending);
  EXPECT_GE(reports[0].retry_in_ms, 60'000);
}

TEST_F(Row, EndsSlotsThatPassTheDeadline) {
  policy.item_timeout = 5s;
  start({"http://a/1"});
  advance(5s);
  self->send(subject, atom::tick::value);
  run();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].result.why.code, errc::deadline);
  EXPECT_EQ(services.fetcher.canceled, 1);
}

TEST_F(Row, CountsNoWaitForSpaceAgainstTheDeadline) {
  policy.item_timeout = 5s;
  services.sink.trouble = errc::disk_full;
  services.fetcher.rule = [](auto&) { return fake_fetcher::body("12345678"); };
  start({"http://a/1"});
  for (int second = 0; second < 60; ++second) {
    advance(1s);
    self->send(subject, atom::tick::value);
    run();
  }
  for (const auto& x : reports)
    EXPECT_EQ(x.result.state, item_state::storing);
  services.sink.trouble = errc::none;
  reports.clear();
  advance(1s);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].result.state, item_state::done);
}

TEST_F(Row, StopsAtOnceWhenCanceled) {
  start({"http://a/1", "http://a/2"});
  self->send(subject, atom::cancel::value);
  run();
  EXPECT_EQ(services.fetcher.canceled, 2);
  EXPECT_TRUE(reports.empty());
}

} // namespace
} // namespace pixmill::actors
