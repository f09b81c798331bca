#include "tests/actors/head_fixture.hpp"

namespace pixmill::actors {
namespace {

using test::fake_fetcher;
using namespace std::chrono_literals;

class Job : public test::head_fixture {
protected:
  void expect_sum(const job_status& x) {
    EXPECT_EQ(x.counters.settled() + x.active + x.pending,
              x.record.totals.slots);
  }

  static net::download image(const std::string&) {
    return fake_fetcher::body("12345678");
  }

  // Answered when it is written, after the interval of a commit.
  void hand_in(const row_report& report) {
    auto asked = self->request(dispatcher, caf::infinite, report);
    advance(20ms);
    asked.receive([](bool) {},
                  [](const caf::error& x) { FAIL() << context_of(x); });
  }
};

TEST_F(Job, AnswersEverySlotAndCompletes) {
  services.fetcher.rule = image;
  add_worker();
  submit("1,Pen,\"http://a/1,http://a/2\"\n2,Cup,http://a/3\n", 2, 3);
  settle();
  const auto end = status();
  EXPECT_EQ(end.record.state, job_state::completed);
  EXPECT_EQ(end.counters.done, 3u);
  EXPECT_EQ(end.counters.bytes_in, 24u);
  EXPECT_EQ(end.counters.bytes_out, 12u);
  EXPECT_EQ(slot(1, 1).state, item_state::done);
}

TEST_F(Job, FetchesARepeatedUrlOnce) {
  services.fetcher.rule = image;
  add_worker();
  submit("1,Pen,\"http://a/1,http://a/1\"\n2,Cup,http://a/1\n", 2, 3);
  settle();
  EXPECT_EQ(status().counters.done, 3u);
  EXPECT_EQ(services.fetcher.started["http://a/1"], 1);
  EXPECT_EQ(slot(2).sha256, slot(1).sha256);
}

TEST_F(Job, EndsWithErrorsWhenAnImageFails) {
  services.fetcher.rule = [](const std::string& url) {
    return url == "http://a/2" ? fake_fetcher::failed(errc::http_status, 404)
                               : fake_fetcher::body("12345678");
  };
  add_worker();
  submit("1,Pen,http://a/1\n2,Cup,http://a/2\n", 2, 2);
  settle();
  const auto end = status();
  EXPECT_EQ(end.record.state, job_state::completed_with_errors);
  EXPECT_EQ(end.counters.failures.at("http_404"), 1u);
}

// What a node hands in that has lost its lease: lease 0.
row_report handed_in(slot_id slot, char mark = 'b') {
  row_report out{.job = "job_1", .lease = 0, .incarnation = 5, .slots = {}};
  slot_report done{.slot = slot, .result = {}, .retry_in_ms = 0};
  done.result.state = item_state::done;
  done.result.sha256 = std::string(64, mark);
  done.result.node = "other";
  out.slots.push_back(std::move(done));
  return out;
}

TEST_F(Job, TakesWhatIsHandedInWhereNobodyWasFirst) {
  add_worker(1);
  submit("1,A,http://a/1\n2,B,\"http://a/2,http://a/2\"\n", 2, 3);
  settle(1);
  // Row 1 is under way, row 2 waits, its second slot for the first.
  hand_in(handed_in({2, 0}));
  settle(1);
  EXPECT_EQ(status().counters.done, 2u);
  EXPECT_EQ(slot(2, 1).sha256, std::string(64, 'b'));
  hand_in(handed_in({1, 0}));
  settle(3);
  EXPECT_EQ(status().record.state, job_state::completed);
  EXPECT_EQ(services.fetcher.started.count("http://a/2"), 0u);
  EXPECT_EQ(services.fetcher.canceled, 1) << "its own node is too late";
  EXPECT_EQ(slot(1).node, "other");
  EXPECT_EQ(status().counters.nodes.at("other"), 3u);
}

TEST_F(Job, TakesWhatIsHandedInForRowsThatItHasNotRead) {
  jobs.rows_ahead = 1;
  close();
  open();
  add_worker(1);
  submit("1,A,http://a/1\n2,B,http://a/2\n3,C,http://a/3\n", 3, 3);
  settle(1);
  hand_in(handed_in({3, 0}));
  settle(1);
  EXPECT_EQ(status().counters.done, 1u);
  services.fetcher.rule = image;
  services.fetcher.finish(1, image(""));
  settle();
  EXPECT_EQ(status().record.state, job_state::completed);
  EXPECT_EQ(services.fetcher.started.count("http://a/3"), 0u);
}

TEST_F(Job, WaitsForWhatANodeHasFinished) {
  submit("1,A,http://a/1\n", 1, 1);
  settle(1);
  auto promise = handed_in({1, 0});
  promise.slots[0].result.state = item_state::storing;
  hand_in(promise);
  services.fetcher.rule = image;
  add_worker(1);
  settle(20);
  EXPECT_TRUE(services.fetcher.started.empty());
  hand_in(handed_in({1, 0}));
  settle(2);
  EXPECT_EQ(status().record.state, job_state::completed);
  EXPECT_TRUE(services.fetcher.started.empty());
}

TEST_F(Job, WaitsNoLongerThanAWhileForAPromise) {
  submit("1,A,http://a/1\n", 1, 1);
  settle(1);
  auto promise = handed_in({1, 0});
  promise.slots[0].result.state = item_state::storing;
  hand_in(promise);
  services.fetcher.rule = image;
  add_worker(1);
  settle(60);
  EXPECT_EQ(status().record.state, job_state::completed);
  EXPECT_EQ(services.fetcher.started["http://a/1"], 1);
}

TEST_F(Job, HandsARetryOutBesideAStragglerThatNobodyElseCanHave) {
  add_worker(2);
  submit("1,A,http://a/1\n2,B,http://b/2\n", 2, 2);
  settle(1);
  ASSERT_EQ(services.fetcher.pending.size(), 2u);
  auto busy = test::fake_fetcher::failed(errc::rate_limited, 429);
  busy.retry_after = 7s;
  for (const auto& [ticket, order] : services.fetcher.pending)
    if (order.first == "http://b/2") {
      services.fetcher.finish(ticket, busy);
      break;
    }
  settle(60); // The other one counts as late by now.
  EXPECT_EQ(services.fetcher.started["http://b/2"], 1);
  settle(20);
  EXPECT_EQ(services.fetcher.started["http://b/2"], 2);
  EXPECT_EQ(services.fetcher.started["http://a/1"], 1);
}

TEST_F(Job, GivesTheLastImagesToAnotherNodeAsWell) {
  add_worker(1);
  submit("1,A,http://a/1\n", 1, 1);
  settle(30);
  EXPECT_EQ(services.fetcher.started["http://a/1"], 1);
  const auto slow = worker;
  add_worker(1);
  settle(30); // Five seconds have passed by now.
  EXPECT_EQ(services.fetcher.started["http://a/1"], 2);
  settle(60); // Not a third time.
  EXPECT_EQ(services.fetcher.started["http://a/1"], 2);
  services.fetcher.finish(2, image(""));
  settle(3);
  EXPECT_EQ(status().record.state, job_state::completed);
  self->send_exit(slow, caf::exit_reason::user_shutdown);
  run();
}

TEST_F(Job, CountsAlwaysSum) {
  add_worker(2);
  submit("1,A,http://a/1\n2,B,http://a/2\n3,C,http://a/3\n", 3, 3);
  settle(1);
  expect_sum(status());
  EXPECT_EQ(status().active, 2u);
  services.fetcher.finish(1, image(""));
  run();
  expect_sum(status());
  settle(1);
  expect_sum(status());
  EXPECT_EQ(status().counters.done, 1u);
}

TEST_F(Job, SaysWhichSlotsItHasInHand) {
  jobs.rows_ahead = 2;
  close();
  open();
  add_worker(2);
  submit("1,A,\"http://a/1,http://a/1,http://a/2\"\n2,B,http://a/3\n"
         "3,C,http://a/4\n4,D,http://a/5\n5,E,http://a/6\n",
         5, 7);
  settle(1);
  const auto in_hand = [this](slot_id first, std::uint32_t limit) {
    auto out = ask<actors::open_slots>(
      supervisor, actors::open_query{"job_1", first, limit});
    EXPECT_TRUE(out);
    return out ? *out : actors::open_slots{};
  };
  using slots = std::vector<slot_id>;
  const auto all = in_hand({1, 0}, 100);
  EXPECT_EQ(all.active, (slots{{1, 0}, {1, 2}}));
  // The second one waits for the first, which has the same URL.
  ASSERT_FALSE(all.waiting.empty());
  EXPECT_EQ(all.waiting.front(), (slot_id{1, 1}));
  EXPECT_EQ(all.waiting.back().row, all.rows_read);
  EXPECT_LT(all.rows_read, 5u);
  EXPECT_EQ(in_hand({1, 1}, 1).active, (slots{{1, 2}}));
  EXPECT_EQ(in_hand({1, 0}, 1).waiting, (slots{{1, 1}}));
  command(job_verb::cancel);
  settle();
  EXPECT_EQ(in_hand({1, 0}, 100).rows_read, 0u);
}

TEST_F(Job, TellsThatItHasChanged) {
  services.fetcher.rule = image;
  actors::news_board::follower follower{news, "job_1"};
  submit("1,Pen,http://a/1\n", 1, 1);
  EXPECT_TRUE(follower.wait(0ms)) << "accepted";
  add_worker();
  settle(2);
  EXPECT_TRUE(follower.wait(0ms)) << "settled";
  settle();
  follower.wait(0ms);
  EXPECT_FALSE(follower.wait(0ms)) << "nothing happens any more";
  EXPECT_TRUE(ask<caf::unit_t>(supervisor, actors::atom::erase::value,
                               std::string{"job_1"}));
  EXPECT_TRUE(follower.wait(0ms)) << "purged";
}

TEST_F(Job, StartsNothingWhilePaused) {
  add_worker(1);
  submit("1,A,http://a/1\n2,B,http://a/2\n", 2, 2);
  settle(1);
  ASSERT_TRUE(command(job_verb::pause));
  services.fetcher.finish(1, image(""));
  settle();
  EXPECT_EQ(status().record.state, job_state::paused);
  EXPECT_EQ(services.fetcher.started.count("http://a/2"), 0u);
  services.fetcher.rule = image;
  ASSERT_TRUE(command(job_verb::resume));
  settle();
  EXPECT_EQ(status().record.state, job_state::completed);
}

TEST_F(Job, CancelsWhatIsUnderWayAtOnce) {
  add_worker(1);
  submit("1,A,http://a/1\n2,B,http://a/2\n", 2, 2);
  settle(1);
  const auto answer = command(job_verb::cancel);
  ASSERT_TRUE(answer) << context_of(answer.error());
  EXPECT_EQ(answer->record.state, job_state::canceled);
  EXPECT_EQ(answer->counters.canceled, 2u);
  EXPECT_EQ(services.fetcher.canceled, 1);
  expect_sum(status());
}

TEST_F(Job, RetriesOnlyWhatFailed) {
  bool broken = true;
  services.fetcher.rule = [&](const std::string& url) {
    return broken && url == "http://a/2"
             ? fake_fetcher::failed(errc::http_status, 404)
             : fake_fetcher::body("12345678");
  };
  add_worker();
  submit("1,A,http://a/1\n2,B,http://a/2\n", 2, 2);
  settle();
  broken = false;
  const auto again = command(job_verb::retry);
  ASSERT_TRUE(again) << context_of(again.error());
  settle();
  const auto end = status();
  EXPECT_EQ(end.record.state, job_state::completed);
  EXPECT_EQ(end.record.attempt, 2u);
  EXPECT_EQ(end.counters.done, 2u);
  EXPECT_EQ(services.fetcher.started["http://a/1"], 1);
  EXPECT_EQ(services.fetcher.started["http://a/2"], 2);
}

TEST_F(Job, EndsAtItsDeadline) {
  add_worker(1);
  job_options options;
  options.deadline = 2s;
  submit("1,A,http://a/1\n2,B,http://a/2\n", 2, 2, options);
  settle(30);
  const auto end = status();
  EXPECT_EQ(end.record.state, job_state::failed);
  EXPECT_EQ(end.record.why.code, errc::deadline);
  EXPECT_EQ(end.counters.failures.at("deadline"), 2u);
}

TEST_F(Job, FailsWhenTooManyImagesFail) {
  services.fetcher.rule = [](const std::string&) {
    return fake_fetcher::failed(errc::http_status, 404);
  };
  add_worker(1);
  job_options options;
  options.max_failure_ppm = 300'000;
  submit("1,A,http://a/1\n2,B,http://a/2\n3,C,http://a/3\n", 3, 3, options);
  settle();
  EXPECT_EQ(status().record.state, job_state::failed);
  EXPECT_EQ(status().record.why.code, errc::failure_ratio);
}

TEST_F(Job, ComesBackToADistantRetry) {
  int asked = 0;
  services.fetcher.rule = [&](const std::string&) {
    auto out = ++asked == 1 ? fake_fetcher::failed(errc::rate_limited)
                            : fake_fetcher::body("12345678");
    if (asked == 1)
      out.retry_after = 30s;
    return out;
  };
  add_worker();
  submit("1,A,http://a/1\n", 1, 1);
  settle(10);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(status().record.state, job_state::running);
  settle(310);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(status().record.state, job_state::completed);
}

TEST_F(Job, GivesTheSlotsOfALostNodeToAnother) {
  add_worker(2);
  submit("1,A,http://a/1\n2,B,http://a/2\n", 2, 2);
  settle(1);
  EXPECT_EQ(status().active, 2u);
  self->send_exit(worker, caf::exit_reason::kill);
  run();
  EXPECT_EQ(services.fetcher.canceled, 2); // Its rows go with it.
  services.fetcher.rule = image;
  add_worker(2);
  settle();
  EXPECT_EQ(status().record.state, job_state::completed);
  EXPECT_EQ(status().counters.done, 2u);
}

// The question lies behind the receipt with which the job ends.
TEST_F(Job, AnswersWhenItIsAskedInItsLastMoment) {
  services.fetcher.rule = image;
  add_worker();
  submit("1,A,http://a/1\n", 1, 1);
  const auto ended = [&] {
    const auto job = store->job("job_1");
    return job && is_terminal(job->state);
  };
  for (int step = 0; step < 100 && !ended(); ++step) {
    scheduler.advance_time(10ms);
    while (!ended() && scheduler.try_run_once()) {}
  }
  ASSERT_TRUE(ended());
  auto asked = self->request(supervisor, caf::infinite, atom::status::value,
                             std::string{"job_1"});
  scheduler.prioritize(supervisor);
  run();
  asked.receive(
    [](const job_status& x) {
      EXPECT_EQ(x.record.state, job_state::completed);
    },
    [](const caf::error& reason) { FAIL() << context_of(reason); });
}

TEST_F(Job, ResumesWithOnlyTheOpenSlots) {
  add_worker(1);
  submit("1,A,http://a/1\n2,B,http://a/2\n3,C,http://a/1\n", 3, 3);
  settle(1);
  services.fetcher.finish(1, image(""));
  settle(1);
  close();
  services.fetcher.rule = image;
  open();
  add_worker();
  ASSERT_TRUE(
    ask<job_status>(supervisor, atom::wake::value, std::string{"job_1"}));
  settle();
  EXPECT_EQ(status().record.state, job_state::completed);
  EXPECT_EQ(status().counters.done, 3u);
  EXPECT_EQ(services.fetcher.started["http://a/1"], 1);
}

} // namespace
} // namespace pixmill::actors
