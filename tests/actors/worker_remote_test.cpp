/// What a WORKER in a process of its own does when its head comes and goes, and
/// how it gets its permits for origins.
#include "actors/worker.hpp"

#include <caf/send.hpp>

#include "tests/actors/actor_fixture.hpp"

namespace pixmill::actors {
namespace {

using test::fake_fetcher;
using namespace std::chrono_literals;

// Remembers which files its head has.
class keeping_sink final : public persistence::object_sink {
public:
  void start(persistence::store_order, callback done) override {
    done(persistence::stored_key{std::string(64, 'a')});
  }

  void assure(std::string sha256, image_format, callback done) override {
    ++assured;
    done(persistence::stored_key{std::move(sha256)});
  }

  void recorded(const std::string&) override {
    ++let_go;
  }

  int assured = 0;
  int let_go = 0;
};

class RemoteWorker : public test::actor_fixture {
protected:
  void SetUp() override {
    fetcher.rule = [](auto&) { return fake_fetcher::body("12345678"); };
    worker_setup setup;
    setup.services =
      std::make_shared<const node_services>(node_services{.fetcher = &fetcher,
                                                          .codec = &codec,
                                                          .store = &sink,
                                                          .node_name = "far"});
    setup.about = {.credit = 4,
                   .labels = {"rack=3"},
                   .uploads = true,
                   .codecs = {"jpeg", "avif"}};
    setup.seed = 7;
    worker = system.spawn(actors::worker, setup, dispatcher_actor{});
    spawn_job();
    run();
  }

  void TearDown() override {
    if (worker)
      stop(worker);
    if (head)
      stop(head);
    stop(job);
    advance(2min);
  }

  // A DISPATCHER that takes whoever comes.
  void link() {
    head = test::spawn_head(
      system, {.join = [this](const auto& node) { joined.push_back(node); },
               .load =
                 [this](const auto& x) {
                   loads.push_back(x);
                   return true;
                 },
               .credit = [this](const auto& x) { returned = x.returned; },
               .origins =
                 [this](const auto& x) {
                   origin_reports.push_back(x);
                   return origin_leases{.incarnation = x.incarnation,
                                        .origins = leases};
                 },
               .row =
                 [this](const auto& x) {
                   handed_in.push_back(x);
                   return takes_results;
                 },
               .leave = [this] { ++goodbyes; }});
    self->send(worker, atom::link::value,
               caf::actor_cast<caf::strong_actor_ptr>(head));
    run();
  }

  // A JOB that makes what it hears durable, or says nothing.
  void spawn_job() {
    job = test::spawn_job(system,
                          [this](const row_report& x) -> std::optional<bool> {
                            heard.push_back(x);
                            return answers ? std::optional{true} : std::nullopt;
                          });
  }

  void lose_head() {
    self->send_exit(head, caf::exit_reason::kill);
    run();
    head = nullptr;
  }

  void give(lease_id lease, incarnation_id incarnation,
            std::vector<origin_lease> origins = {}) {
    self->send(worker,
               row_task{.job = "job_1",
                        .lease = lease,
                        .slots = {{{static_cast<std::uint32_t>(lease), 0},
                                   "http://a/" + std::to_string(lease),
                                   0}},
                        .goal = {},
                        .incarnation = incarnation,
                        .origins = std::move(origins)},
               job);
    run();
  }

  incarnation_id now() const {
    return joined.back().incarnation;
  }

  fake_fetcher fetcher;
  test::fake_codec codec;
  keeping_sink sink;
  worker_actor worker;
  dispatcher_actor head;
  job_actor job;
  bool answers = true;
  bool takes_results = true;
  std::vector<node_description> joined;
  std::vector<load_report> loads;
  std::vector<origin_report> origin_reports;
  std::vector<origin_lease> leases;
  std::vector<row_report> handed_in;
  std::vector<row_report> heard;
  std::uint64_t returned = 0;
  int goodbyes = 0;
};

TEST_F(RemoteWorker, SaysWhatItIsWhenItJoins) {
  link();
  ASSERT_EQ(joined.size(), 1u);
  EXPECT_EQ(joined[0].name, "far");
  EXPECT_EQ(joined[0].credit, 4u);
  EXPECT_EQ(joined[0].labels, std::vector<std::string>{"rack=3"});
  EXPECT_EQ(joined[0].codecs, (std::vector<std::string>{"jpeg", "avif"}));
  EXPECT_FALSE(joined[0].local);
  EXPECT_NE(joined[0].incarnation, 0u);
}

TEST_F(RemoteWorker, ReportsItsLoadEachSecond) {
  link();
  fetcher.rule = nullptr;
  give(1, now());
  give(2, now());
  advance(1s);
  advance(1s);
  ASSERT_EQ(loads.size(), 2u);
  EXPECT_EQ(loads[1].incarnation, now());
  EXPECT_EQ(loads[1].leases, 2u);
  EXPECT_EQ(loads[1].slots_in_use, 2u);
  EXPECT_EQ(loads[1].received, 2u);
  EXPECT_EQ(loads[1].returned, 0u);
  EXPECT_GT(loads[1].memory_bytes, 0u);
  fetcher.finish(1, fake_fetcher::body("12345678"));
  run();
  EXPECT_EQ(returned, 1u);
  advance(1s);
  EXPECT_EQ(loads[2].leases, 1u);
  EXPECT_EQ(loads[2].returned, 1u);
}

TEST_F(RemoteWorker, TakesNoTaskThatWasMeantForAnEarlierLife) {
  link();
  give(1, now() + 1);
  EXPECT_TRUE(fetcher.started.empty());
}

TEST_F(RemoteWorker, LetsAResultGoOnceItIsDurable) {
  link();
  give(1, now());
  EXPECT_EQ(heard.size(), 1u);
  EXPECT_EQ(sink.let_go, 1);
}

TEST_F(RemoteWorker, HandsInWhatItHadFinishedWhenTheHeadIsBack) {
  link();
  answers = false;
  give(1, now());
  ASSERT_EQ(heard.size(), 1u);
  const auto before = now();
  lose_head();
  advance(5s);
  EXPECT_EQ(sink.let_go, 0);
  link();
  EXPECT_NE(now(), before);
  // First it says that there is something, then that it is stored.
  ASSERT_EQ(handed_in.size(), 2u);
  EXPECT_EQ(handed_in[0].slots[0].result.state, item_state::storing);
  EXPECT_EQ(handed_in[1].lease, 0u);
  EXPECT_EQ(handed_in[1].slots[0].slot, (slot_id{1, 0}));
  EXPECT_EQ(handed_in[1].slots[0].result.state, item_state::done);
  EXPECT_EQ(sink.assured, 1);
  EXPECT_EQ(sink.let_go, 1);
}

TEST_F(RemoteWorker, OffersAResultAgainUntilItsJobRuns) {
  link();
  answers = false;
  give(1, now());
  lose_head();
  takes_results = false;
  link();
  const auto offered = handed_in.size();
  EXPECT_EQ(sink.let_go, 0);
  takes_results = true;
  advance(1s);
  EXPECT_EQ(handed_in.size(), offered + 1);
  EXPECT_EQ(sink.let_go, 1);
  advance(5s);
  EXPECT_EQ(handed_in.size(), offered + 1);
}

TEST_F(RemoteWorker, GivesUpAResultThatNobodyWants) {
  link();
  answers = false;
  give(1, now());
  lose_head();
  stop(job);
  spawn_job();
  advance(61s); // Then it knows that nobody has heard it.
  advance(14min);
  EXPECT_EQ(sink.let_go, 0);
  advance(2min);
  EXPECT_EQ(sink.let_go, 1);
}

TEST_F(RemoteWorker, StopsWhatIsNotFinishedWhenTheHeadIsBack) {
  link();
  fetcher.rule = nullptr;
  give(1, now());
  lose_head();
  advance(1s);
  // It goes on for as long as nobody else can have it.
  EXPECT_EQ(fetcher.canceled, 0);
  link();
  EXPECT_EQ(fetcher.canceled, 1);
}

TEST_F(RemoteWorker, LeavesWhenItHasNothingLeft) {
  link();
  fetcher.rule = nullptr;
  give(1, now());
  self->send(worker, atom::leave::value);
  run();
  EXPECT_EQ(goodbyes, 1);
  self->monitor(worker);
  fetcher.finish(1, fake_fetcher::body("12345678"));
  advance(1s);
  bool ended = false;
  self->receive([&](const caf::down_msg&) { ended = true; },
                caf::after(0s) >> [] {});
  EXPECT_TRUE(ended);
  EXPECT_EQ(heard.size(), 1u);
  worker = nullptr;
}

// -- permits ------------------------------------------------------------------

TEST_F(RemoteWorker, TakesThePermitsThatComeWithATask) {
  link();
  fetcher.rule = nullptr;
  give(1, now(),
       {{.origin = "http://a:80", .permits = 2, .version = 1, .hold_ms = 500}});
  const auto& permit = fetcher.permitted["http://a:80"];
  EXPECT_EQ(permit.transfers, 2u);
  EXPECT_EQ(permit.version, 1u);
  EXPECT_EQ(permit.hold, 500ms);
}

TEST_F(RemoteWorker, SaysEachSecondHowItIsDoingAtOrigins) {
  link();
  fetcher.rule = nullptr;
  give(1, now(), {{.origin = "http://a:80", .permits = 2, .version = 1}});
  leases = {{.origin = "http://a:80", .permits = 1, .version = 2}};
  advance(1s);
  ASSERT_EQ(origin_reports.size(), 1u);
  EXPECT_EQ(origin_reports[0].incarnation, now());
  EXPECT_EQ(origin_reports[0].number, 1u);
  ASSERT_EQ(origin_reports[0].origins.size(), 1u);
  EXPECT_EQ(origin_reports[0].origins[0].active, 1u);
  EXPECT_EQ(origin_reports[0].origins[0].version, 1u);
  EXPECT_EQ(fetcher.permitted["http://a:80"].transfers, 1u);
  leases.clear();
  advance(1s);
  ASSERT_EQ(origin_reports.size(), 2u);
  EXPECT_EQ(origin_reports[1].number, 2u);
  EXPECT_EQ(origin_reports[1].origins[0].version, 2u);
}

TEST_F(RemoteWorker, SaysLittleWhenThereIsNothingToSay) {
  link();
  for (int i = 0; i < 20; ++i)
    advance(1s);
  EXPECT_EQ(origin_reports.size(), 4u);
}

TEST_F(RemoteWorker, LooksAtOnceWhenItsFetcherSaysSo) {
  link();
  fetcher.rule = nullptr;
  give(1, now());
  ASSERT_TRUE(origin_reports.empty());
  fetcher.origins.look();
  run();
  EXPECT_EQ(origin_reports.size(), 1u);
}

TEST_F(RemoteWorker, TakesNoPermitsThatWereMeantForAnEarlierLife) {
  link();
  self->send(worker, origin_leases{.incarnation = now() + 1,
                                   .origins = {{.origin = "http://a:80",
                                                .permits = 2,
                                                .version = 1}}});
  run();
  EXPECT_TRUE(fetcher.permitted.empty());
}

TEST_F(RemoteWorker, KeepsItsPermitsWhileTheHeadIsAwayAndBeginsAnewAfterwards) {
  link();
  fetcher.rule = nullptr;
  give(1, now(), {{.origin = "http://a:80", .permits = 2, .version = 1}});
  const auto before = fetcher.governed;
  lose_head();
  for (int i = 0; i < 10; ++i)
    advance(1s);
  EXPECT_EQ(fetcher.governed, before);
  EXPECT_EQ(fetcher.permitted["http://a:80"].transfers, 2u);
  link();
  EXPECT_EQ(fetcher.governed, before + 1);
  EXPECT_TRUE(fetcher.permitted.empty());
}

} // namespace
} // namespace pixmill::actors
