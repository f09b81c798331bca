#include "tests/actors/head_fixture.hpp"

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;

class Worker : public test::head_fixture {};

TEST_F(Worker, JoinsAnewAfterItWasTakenForLost) {
  std::vector<incarnation_id> joined;
  auto forgetful = test::spawn_head(
    system,
    {.join =
       [&](const node_description& x) { joined.push_back(x.incarnation); },
     .load = [](const load_report&) { return false; }});
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
  auto deaf = test::spawn_job(
    system, [&](const row_report& report) -> std::optional<bool> {
      EXPECT_EQ(report.lease, 1u);
      if (++reports > 1)
        return true;
      return std::nullopt;
    });
  incarnation_id incarnation = 0;
  auto head = test::spawn_head(
    system, {.join = [&](const auto& x) { incarnation = x.incarnation; }});
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
