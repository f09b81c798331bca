#include "tests/actors/head_fixture.hpp"

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;

class Worker : public test::head_fixture {};

TEST_F(Worker, JoinsAnewAfterItWasTakenForLost) {
  std::vector<incarnation_id> joined;
  auto forgetful = system.spawn(
    [&](dispatcher_actor::pointer) -> dispatcher_actor::behavior_type {
      return {
        [](atom::inspect) { return actor_report{}; },
        [&](const node_description& node,
            const worker_actor&) -> caf::result<void> {
          joined.push_back(node.incarnation);
          return caf::unit;
        },
        [](const load_report&) { return false; },
        [](const credit_return&) {},
        [](const origin_report&) { return origin_leases{}; },
        [](const row_report&) { return false; },
        [](atom::leave, incarnation_id) {},
        [](atom::list) { return std::vector<node_status>{}; },
        [](atom::origins) { return std::vector<origin_status>{}; },
        [](const node_command&) { return node_status{}; },
        [](const work_call&, const job_actor&) {},
        [](const task_offer&) {},
        [](const lease_revocation&) {},
        [](atom::tick) {},
      };
    });
  stop(dispatcher);
  dispatcher = forgetful;
  add_worker(2);
  ASSERT_EQ(joined.size(), 1u);
  self->send(worker,
             row_task{.job = "job_1",
                      .lease = 1,
                      .slots = {{{1, 0}, "http://a/1", 0}},
                      .goal = {}},
             any_job());
  run();
  advance(1s);
  EXPECT_EQ(services.fetcher.canceled, 1); // Its leases were void.
  ASSERT_EQ(joined.size(), 2u);
  EXPECT_NE(joined[0], joined[1]);
  forgetful = nullptr;
}

TEST_F(Worker, HoldsNoMoreThanItsCredit) {
  add_worker(3);
  std::string rows;
  for (int i = 1; i <= 20; ++i)
    rows += std::to_string(i) + ",P,http://a/" + std::to_string(i) + "\n";
  submit(rows, 20, 20);
  settle(2);
  EXPECT_EQ(services.fetcher.pending.size(), 3u);
}

TEST_F(Worker, ReportsAgainWhatNobodyAnswers) {
  // The first answer is lost on its way.
  int reports = 0;
  std::vector<caf::typed_response_promise<bool>> lost;
  auto deaf =
    system.spawn([&](job_actor::pointer job) -> job_actor::behavior_type {
      return {
        [](atom::inspect) { return actor_report{}; },
        [](atom::restore) {},
        [](const credit_grant&) {},
        [&, job](const row_report& report) -> caf::result<bool> {
          EXPECT_EQ(report.lease, 1u);
          if (++reports > 1)
            return true;
          lost.push_back(job->make_response_promise<bool>());
          return lost.back();
        },
        [](const node_lost&) {},
        [](atom::hindered, const std::string&) {},
        [](const job_command&) { return job_status{}; },
        [](atom::status) { return job_status{}; },
        [](const open_query&) { return open_slots{}; },
        [](atom::tick) {},
      };
    });
  incarnation_id incarnation = 0;
  auto head = system.spawn(
    [&](dispatcher_actor::pointer) -> dispatcher_actor::behavior_type {
      return {
        [](atom::inspect) { return actor_report{}; },
        [&](const node_description& node,
            const worker_actor&) -> caf::result<void> {
          incarnation = node.incarnation;
          return caf::unit;
        },
        [](const load_report&) { return true; },
        [](const credit_return&) {},
        [](const origin_report&) { return origin_leases{}; },
        [](const row_report&) { return false; },
        [](atom::leave, incarnation_id) {},
        [](atom::list) { return std::vector<node_status>{}; },
        [](atom::origins) { return std::vector<origin_status>{}; },
        [](const node_command&) { return node_status{}; },
        [](const work_call&, const job_actor&) {},
        [](const task_offer&) {},
        [](const lease_revocation&) {},
        [](atom::tick) {},
      };
    });
  stop(dispatcher);
  dispatcher = head;
  services.fetcher.rule = [](auto&) {
    return test::fake_fetcher::failed(errc::http_status, 404);
  };
  add_worker(2, false);
  self->send(worker,
             row_task{.job = "job_1",
                      .lease = 1,
                      .slots = {{{1, 0}, "http://a/1", 0}},
                      .goal = {},
                      .incarnation = incarnation},
             deaf);
  run();
  EXPECT_EQ(reports, 1);
  advance(60s);
  EXPECT_EQ(reports, 2);
  advance(120s);
  EXPECT_EQ(reports, 2);
  head = nullptr;
  stop(deaf);
}

} // namespace
} // namespace pixmill::actors
