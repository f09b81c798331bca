#include "actors/notifier.hpp"

#include "persistence/outbox.hpp"
#include "tests/actors/head_fixture.hpp"

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// Requests that the test answers by hand, or at once by a rule.
class fake_transport final : public net::webhook_transport {
public:
  void start(net::webhook_post what, callback done) override {
    posts.push_back(std::move(what));
    open.push_back(std::move(done));
    if (rule)
      answer(open.size() - 1, rule(posts.back()));
  }

  void answer(std::size_t which, net::webhook_answer how) {
    std::exchange(open[which], {})(std::move(how));
  }

  static net::webhook_answer status(std::uint16_t code,
                                    milliseconds retry_after = 0ms) {
    net::webhook_answer out;
    out.status = code;
    if (code >= 300)
      out.why = {.code = errc::http_status, .http_status = code, .detail = "x"};
    if (retry_after > 0ms)
      out.retry_after = retry_after;
    return out;
  }

  std::function<net::webhook_answer(const net::webhook_post&)> rule;
  std::vector<net::webhook_post> posts;
  std::vector<callback> open;
};

class Notifier : public test::head_fixture {
protected:
  void SetUp() override {
    head_fixture::SetUp();
    notify.jitter_percent = 0;
  }

  void TearDown() override {
    if (subject)
      stop(subject);
    head_fixture::TearDown();
  }

  void start() {
    notifier_setup setup;
    setup.store = store.get();
    setup.transport = &transport;
    setup.journal = journal;
    setup.settings = notify;
    setup.body = [](const delivery& x) { return x.type(); };
    setup.secrets = [this]() -> caf::expected<std::vector<webhook_secret>> {
      return std::vector{secret};
    };
    setup.wall = [this] { return wall; };
    setup.seed = seed;
    subject = system.spawn(notifier, setup);
    ASSERT_TRUE(ask<caf::unit_t>(subject, atom::restore::value));
  }

  // Accepts a job with a webhook and ends it; its event is of the wall's time.
  void settle_job(const std::string& id, const std::string& url = "http://a/") {
    job_record job;
    job.id = id;
    job.options.webhook_url = url;
    ASSERT_TRUE(
      ask<caf::unit_t>(journal, atom::accept::value, job, std::string{}));
    job.state = job_state::completed;
    ASSERT_TRUE(ask<caf::unit_t>(journal, atom::update::value, job));
  }

  // Both clocks go on, in steps as small as the NOTIFIER's own.
  void pass(milliseconds time) {
    for (auto left = time; left > 0ms;
         left -= std::min(left, milliseconds{200}))
      step(std::min(left, milliseconds{200}));
  }

  void step(milliseconds time) {
    wall += time.count();
    advance(time);
  }

  delivery event_of(const std::string& job) {
    auto found = store->events().of_job(job);
    EXPECT_TRUE(found && found->size() == 1) << job;
    return found && !found->empty() ? found->front() : delivery{};
  }

  fake_transport transport;
  webhook_secret secret = webhook_secret::random();
  notifier_settings notify;
  std::uint64_t seed = 1;
  /// Ahead of the machine's clock, by which the journal dates events: each is
  /// due at once, however slow the machine.
  unix_ms wall = unix_now() + 600'000;
  notifier_actor subject;
};

TEST_F(Notifier, DeliversAnEventAtOnce) {
  start();
  transport.rule = [](const auto&) { return fake_transport::status(204); };
  settle_job("job_1");
  pass(200ms);
  ASSERT_EQ(transport.posts.size(), 1u);
  const auto event = event_of("job_1");
  EXPECT_EQ(event.state, delivery_state::delivered);
  EXPECT_EQ(transport.posts[0].body, "job.completed");
  EXPECT_EQ(transport.posts[0].fields[0], "webhook-id: " + event.id);
  EXPECT_TRUE(store->events().pending()->empty());
}

TEST_F(Notifier, KeepsToTheSchedule) {
  notify.schedule = {"0s", "5s", "5min", "2h"};
  start();
  transport.rule = [](const auto&) { return fake_transport::status(500); };
  settle_job("job_1");
  pass(200ms);
  EXPECT_EQ(transport.posts.size(), 1u);
  pass(4'600ms);
  EXPECT_EQ(transport.posts.size(), 1u);
  pass(400ms);
  EXPECT_EQ(transport.posts.size(), 2u);
  pass(299s);
  EXPECT_EQ(transport.posts.size(), 2u);
  pass(2s);
  EXPECT_EQ(transport.posts.size(), 3u);
  pass(2h + 1s);
  EXPECT_EQ(transport.posts.size(), 4u);
  const auto event = event_of("job_1");
  EXPECT_EQ(event.state, delivery_state::failed);
  EXPECT_EQ(event.attempts.size(), 4u);
  EXPECT_EQ(event.attempts[0].why.word(), "http_500");
  pass(48h / 100);
  EXPECT_EQ(transport.posts.size(), 4u);
}

TEST_F(Notifier, JittersWithinItsBounds) {
  notify.schedule = {"0s", "100s"};
  notify.jitter_percent = 20;
  start();
  transport.rule = [](const auto&) { return fake_transport::status(500); };
  std::int64_t least = 1'000'000;
  std::int64_t most = 0;
  for (int i = 0; i < 40; ++i) {
    const auto id = "job_" + std::to_string(i);
    settle_job(id, "http://a" + std::to_string(i) + "/");
    step(200ms);
    const auto pause = event_of(id).next_at - wall;
    least = std::min(least, pause);
    most = std::max(most, pause);
  }
  EXPECT_GE(least, 80'000 - 200);
  EXPECT_LE(most, 120'000);
  EXPECT_LT(least, 90'000);
  EXPECT_GT(most, 110'000);
}

TEST_F(Notifier, HonoursRetryAfterUpToItsCap) {
  notify.schedule = {"0s", "1s", "1s", "1s"};
  notify.longest_retry_after = 60s;
  start();
  transport.rule = [](const auto&) { return fake_transport::status(503, 30s); };
  const auto asked_at = wall;
  settle_job("job_1");
  pass(200ms);
  EXPECT_EQ(event_of("job_1").next_at, asked_at + 30'000);
  pass(29s);
  EXPECT_EQ(transport.posts.size(), 1u);
  transport.rule = [](const auto&) { return fake_transport::status(503, 2h); };
  pass(2s);
  EXPECT_EQ(transport.posts.size(), 2u);
  EXPECT_LE(event_of("job_1").next_at, wall + 60'000);
}

TEST_F(Notifier, SendsNoMoreToAReceiverThatIsGone) {
  start();
  transport.rule = [](const auto&) { return fake_transport::status(410); };
  settle_job("job_1");
  settle_job("job_2", "http://b/");
  pass(200ms);
  EXPECT_EQ(event_of("job_1").state, delivery_state::disabled);
  stop(subject);
  start();
  settle_job("job_3");
  pass(200ms);
  EXPECT_EQ(event_of("job_3").state, delivery_state::disabled);
  EXPECT_TRUE(event_of("job_3").attempts.empty());
  EXPECT_EQ(transport.posts.size(), 2u);
  transport.rule = [](const auto&) { return fake_transport::status(204); };
  ASSERT_TRUE(
    ask<delivery>(subject, atom::replay::value, event_of("job_3").id));
  pass(200ms);
  EXPECT_EQ(event_of("job_3").state, delivery_state::delivered);
  settle_job("job_4");
  pass(200ms);
  EXPECT_EQ(event_of("job_4").state, delivery_state::delivered);
}

TEST_F(Notifier, TakesUpWhatAnEarlierLifeHasLeft) {
  settle_job("job_1"); // Before anyone listens.
  start();
  transport.rule = [](const auto&) { return fake_transport::status(500); };
  pass(200ms);
  EXPECT_EQ(transport.posts.size(), 1u);
  stop(subject);
  pass(10s); // It falls due meanwhile.
  start();
  pass(200ms);
  EXPECT_EQ(transport.posts.size(), 2u);
  EXPECT_EQ(transport.posts[0].fields[0], transport.posts[1].fields[0]);
}

TEST_F(Notifier, SchedulesAnEventOnce) {
  settle_job("job_1");
  const auto known = entry_of(event_of("job_1"));
  start();
  // As if the journal had told of it while the outbox was read.
  self->send(subject, known);
  self->send(subject, known);
  pass(400ms);
  EXPECT_EQ(transport.posts.size(), 1u);
}

TEST_F(Notifier, LetsASlowReceiverHoldUpNoOther) {
  notify.per_receiver = 2;
  notify.max_deliveries = 4;
  start();
  for (int i = 0; i < 10; ++i)
    settle_job("job_" + std::to_string(i), "http://slow/");
  pass(200ms);
  EXPECT_EQ(transport.posts.size(), 2u);
  settle_job("job_quick", "http://quick/");
  pass(200ms);
  ASSERT_EQ(transport.posts.size(), 3u);
  EXPECT_EQ(transport.posts[2].url, "http://quick/");
  transport.answer(0, fake_transport::status(204));
  pass(200ms);
  EXPECT_EQ(transport.posts.size(), 4u);
  EXPECT_EQ(transport.posts[3].url, "http://slow/");
}

TEST_F(Notifier, ReplaysWithTheSameIdOnAFreshSchedule) {
  notify.schedule = {"0s", "1s"};
  start();
  transport.rule = [](const auto&) { return fake_transport::status(500); };
  settle_job("job_1");
  pass(2s);
  const auto event = event_of("job_1");
  ASSERT_EQ(event.state, delivery_state::failed);
  const auto again = ask<delivery>(subject, atom::replay::value, event.id);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->state, delivery_state::pending);
  pass(2s);
  EXPECT_EQ(transport.posts.size(), 4u);
  EXPECT_EQ(transport.posts[3].fields[0], transport.posts[0].fields[0]);
  EXPECT_NE(transport.posts[3].fields[1], transport.posts[0].fields[1]);
  const auto none =
    ask<delivery>(subject, atom::replay::value, std::string{"evt_x"});
  ASSERT_FALSE(none);
  EXPECT_EQ(code_of(none.error(), errc::none), errc::no_such_delivery);
}

TEST_F(Notifier, ReplaysWhatHasJustBeenDelivered) {
  start();
  settle_job("job_1");
  pass(200ms);
  transport.answer(0, fake_transport::status(204));
  ASSERT_TRUE(scheduler.try_run_once());
  // The JOURNAL stores the outcome, and anyone can read of it, before the
  // NOTIFIER is told so: the question comes in between.
  const auto id = event_of("job_1").id;
  const auto again = ask<delivery>(subject, atom::replay::value, id);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attempts.size(), 1u);
  EXPECT_EQ(again->state, delivery_state::pending);
  pass(200ms);
  ASSERT_EQ(transport.posts.size(), 2u);
  EXPECT_EQ(transport.posts[1].fields[0], "webhook-id: " + id);
  transport.answer(1, fake_transport::status(204));
  pass(200ms);
  EXPECT_EQ(event_of("job_1").attempts.size(), 2u);
  EXPECT_EQ(event_of("job_1").state, delivery_state::delivered);
}

TEST_F(Notifier, ReplaysOnceWhatIsAskedForTwiceAtATime) {
  notify.schedule = {"0s"};
  start();
  settle_job("job_1");
  pass(200ms);
  transport.answer(0, fake_transport::status(500));
  pass(200ms);
  const auto id = event_of("job_1").id;
  self->send(subject, atom::replay::value, id);
  ASSERT_TRUE(ask<delivery>(subject, atom::replay::value, id));
  pass(1s);
  EXPECT_EQ(transport.posts.size(), 2u);
}

TEST_F(Notifier, ForgetsTheEventsOfAnErasedJob) {
  notify.schedule = {"0s", "1s"};
  start();
  transport.rule = [](const auto&) { return fake_transport::status(500); };
  settle_job("job_1");
  pass(200ms);
  ASSERT_TRUE(
    ask<caf::unit_t>(journal, atom::erase::value, std::string{"job_1"}));
  pass(3s);
  EXPECT_EQ(transport.posts.size(), 1u);
  EXPECT_TRUE(store->events().pending()->empty());
}

TEST_F(Notifier, TestsAReceiver) {
  start();
  transport.rule = [](const auto&) { return fake_transport::status(500); };
  const auto ping =
    ask<webhook_ping>(subject, atom::ping::value, std::string{"http://a/"});
  ASSERT_TRUE(ping);
  EXPECT_EQ(ping->attempt.why.word(), "http_500");
  EXPECT_TRUE(ping->event.starts_with("evt_"));
}

TEST_F(Notifier, AnswersInspect) {
  start();
  const auto report = ask<actor_report>(subject, atom::inspect::value);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->kind, "notifier");
}

TEST_F(Notifier, IsToldOfEveryWayInWhichAJobEnds) {
  start();
  transport.rule = [](const auto&) { return fake_transport::status(204); };
  job_options options;
  options.webhook_url = "http://a/";
  submit("1,A,http://a/1\n", 1, 1, options);
  settle(1);
  ASSERT_TRUE(command(job_verb::cancel));
  pass(400ms);
  EXPECT_EQ(event_of("job_1").type(), "job.canceled");
  services.fetcher.rule = [](const std::string&) {
    return test::fake_fetcher::body("12345678");
  };
  ASSERT_TRUE(command(job_verb::retry));
  add_worker();
  settle();
  pass(400ms);
  const auto events = store->events().of_job("job_1");
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 2u);
  EXPECT_NE((*events)[0].id, (*events)[1].id);
}

} // namespace
} // namespace pixmill::actors
