/// How a DISPATCHER shares the budgets of origins among nodes.
#include "tests/actors/dispatcher_fixture.hpp"

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;
using Dispatcher = dispatcher_fixture;

TEST_F(Dispatcher, SendsPermitsWithTheFirstTaskOfAnOrigin) {
  join(1, 4);
  submit("a", 4);
  ASSERT_EQ(nodes[1].tasks.size(), 4u);
  ASSERT_EQ(nodes[1].tasks[0].origins.size(), 1u);
  EXPECT_EQ(nodes[1].tasks[0].origins[0].origin, "http://a:80");
  EXPECT_EQ(nodes[1].tasks[0].origins[0].permits, 6u);
  EXPECT_TRUE(nodes[1].tasks[1].origins.empty());
}

TEST_F(Dispatcher, AsksForNoTasksOfOriginsThatANodeMayNotAsk) {
  join(1, 4);
  submit("a", 100);
  // The origin wants to be left alone for a while.
  const auto told = ask<origin_leases>(
    subject, origin_report{.incarnation = 1,
                           .number = 1,
                           .origins = {{.origin = "http://a:80",
                                        .permits = 6,
                                        .version = 1,
                                        .active = 4,
                                        .refused = 1,
                                        .hold_ms = 5'000}}});
  ASSERT_TRUE(told);
  free(1, 4);
  EXPECT_EQ(clients["a"].closed, std::vector<std::string>{"http://a:80"});
  EXPECT_EQ(nodes[1].tasks.size(), 4u);
  // It asks again each second, not all the time.
  const auto before = clients["a"].grants;
  advance(1s);
  EXPECT_EQ(clients["a"].grants, before + 1);
  for (int i = 0; i < 5; ++i) {
    ask<bool>(subject,
              load_report{.incarnation = 1, .received = 4, .returned = 4});
    advance(1s);
  }
  EXPECT_EQ(nodes[1].tasks.size(), 8u);
  const auto seen =
    ask<std::vector<origin_status>>(subject, atom::origins::value);
  ASSERT_EQ(seen->size(), 1u);
  EXPECT_EQ(seen->at(0).limit, 3u);
  EXPECT_EQ(seen->at(0).nodes, std::vector<std::string>{"n1"});
}

TEST_F(Dispatcher, FreesThePermitsOfALostNode) {
  join(1, 4);
  submit("a", 4);
  self->send_exit(nodes[1].handle, caf::exit_reason::kill);
  run();
  const auto seen =
    ask<std::vector<origin_status>>(subject, atom::origins::value);
  for (const auto& x : *seen)
    EXPECT_EQ(x.leased, 0u);
}

} // namespace
} // namespace pixmill::actors
