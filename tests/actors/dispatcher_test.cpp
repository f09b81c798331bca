#include "tests/actors/dispatcher_fixture.hpp"

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;
using Dispatcher = dispatcher_fixture;

TEST_F(Dispatcher, GivesADrainingNodeNothing) {
  join(1, 2);
  submit("a", 100);
  EXPECT_EQ(nodes[1].tasks.size(), 2u);
  const auto told = ask<node_status>(
    subject, node_command{.node = "n1", .drain = true, .leave = false});
  ASSERT_TRUE(told);
  EXPECT_EQ(told->state, node_state::draining);
  EXPECT_EQ(told->used, 2u);
  free(1, 2);
  EXPECT_EQ(nodes[1].tasks.size(), 2u);
  EXPECT_EQ(nodes[1].asked_to_leave, 0);
  ask<node_status>(subject, node_command{.node = id_of_node(1)});
  EXPECT_EQ(nodes[1].tasks.size(), 4u);
}

TEST_F(Dispatcher, LetsANodeGoWhenItHasNothingLeft) {
  join(1, 2);
  submit("a", 100);
  auto asked = self->request(subject, caf::infinite, atom::leave::value,
                             incarnation_id{1});
  free(1, 1);
  EXPECT_EQ(ask<std::vector<node_status>>(subject, atom::list::value)->size(),
            1u);
  EXPECT_EQ(nodes[1].tasks.size(), 2u); // Nothing new.
  free(1, 1);
  bool left = false;
  asked.receive([&] { left = true; }, [](const caf::error&) {});
  EXPECT_TRUE(left);
  EXPECT_TRUE(
    ask<std::vector<node_status>>(subject, atom::list::value)->empty());
  EXPECT_TRUE(clients["a"].lost.empty());
}

TEST_F(Dispatcher, ShowsWhoIsSilentAndWhoIsLost) {
  join(1, 2);
  const auto state = [this] {
    return ask<std::vector<node_status>>(subject, atom::list::value)
      ->at(0)
      .state;
  };
  EXPECT_EQ(state(), node_state::up);
  for (int i = 0; i < 5; ++i)
    advance(1s);
  EXPECT_EQ(state(), node_state::suspect);
  ask<bool>(subject, load_report{.incarnation = 1});
  EXPECT_EQ(state(), node_state::up);
  for (int i = 0; i < 12; ++i)
    advance(1s);
  EXPECT_EQ(state(), node_state::lost);
}

TEST_F(Dispatcher, KnowsNoNodeOfAnotherName) {
  join(1, 2);
  const auto told =
    ask<node_status>(subject, node_command{.node = "n2", .drain = true});
  EXPECT_EQ(code_of(told.error(), errc::none), errc::no_such_node);
}

TEST_F(Dispatcher, HandsOutNoMoreThanTheCredit) {
  join(1, 4);
  submit("a", 100);
  EXPECT_EQ(nodes[1].tasks.size(), 4u);
  free(1, 2);
  EXPECT_EQ(nodes[1].tasks.size(), 6u);
}

TEST_F(Dispatcher, ServesASmallJobBesideABigOne) {
  join(1, 8);
  submit("big", 1'000);
  submit("small", 2);
  EXPECT_EQ(clients["small"].leased, 0u); // All room is taken.
  free(1, 4);
  EXPECT_EQ(clients["small"].leased, 2u);
}

TEST_F(Dispatcher, SharesEvenlyBetweenEqualJobs) {
  join(1, 4);
  submit("a", 1'000);
  submit("b", 1'000);
  for (int i = 0; i < 100; ++i)
    free(1, 4);
  const auto a = clients["a"].leased;
  const auto b = clients["b"].leased;
  EXPECT_NEAR(a, b, 8);
}

TEST_F(Dispatcher, GivesTwiceAsMuchForTwoStepsOfPriority) {
  join(1, 4);
  submit("low", 10'000, 0);
  submit("high", 10'000, 2);
  for (int i = 0; i < 300; ++i)
    free(1, 4);
  EXPECT_NEAR(static_cast<double>(clients["high"].leased)
                / clients["low"].leased,
              2.0, 0.2);
}

TEST_F(Dispatcher, GivesTwoTenantsHalfEachHoweverManyJobsTheyHave) {
  join(1, 16);
  for (int i = 0; i < 10; ++i)
    submit("many" + std::to_string(i), 100'000, 0, "many");
  submit("one", 100'000, 0, "one");
  const auto before = leased_by("many");
  for (int i = 0; i < 500; ++i)
    free(1, 4);
  const auto many = leased_by("many") - before;
  EXPECT_EQ(many + clients["one"].leased, 2'000u);
  EXPECT_NEAR(clients["one"].leased, 1'000, 20);
  // And what the ten have, they have evenly.
  for (int i = 0; i < 10; ++i)
    EXPECT_NEAR(clients["many" + std::to_string(i)].leased,
                leased_by("many") / 10.0, 12);
}

TEST_F(Dispatcher, CountsJobsWithoutATenantAsOne) {
  join(1, 4);
  submit("a", 100'000);
  submit("b", 100'000);
  submit("c", 100'000, 0, "shop");
  for (int i = 0; i < 400; ++i)
    free(1, 4);
  EXPECT_NEAR(clients["c"].leased, 800, 20);
  EXPECT_NEAR(clients["a"].leased, clients["b"].leased, 20);
}

TEST_F(Dispatcher, LetsNoPriorityTakeFromAnotherTenant) {
  join(1, 4);
  submit("loud", 100'000, 10, "loud");
  submit("quiet", 100'000, -10, "quiet");
  for (int i = 0; i < 200; ++i)
    free(1, 4);
  EXPECT_NEAR(clients["loud"].leased, clients["quiet"].leased, 12);
}

TEST_F(Dispatcher, LetsATenantThatComesBackNeitherCatchUpNorWait) {
  join(1, 4);
  submit("early", 8, 0, "early");
  submit("long", 100'000, 0, "long");
  for (int i = 0; i < 200; ++i)
    free(1, 4);
  submit("again", 100'000, 0, "early");
  const auto before = clients["long"].leased;
  for (int i = 0; i < 100; ++i)
    free(1, 4);
  EXPECT_NEAR(clients["again"].leased, 200, 12);
  EXPECT_NEAR(clients["long"].leased - before, 200, 12);
}

TEST_F(Dispatcher, TellsJobsOfANodeThatFellSilent) {
  join(1, 4);
  submit("a", 100);
  for (int i = 0; i < 12; ++i)
    advance(1s);
  EXPECT_EQ(clients["a"].lost, std::vector<incarnation_id>{1});
  const auto known =
    ask<bool>(subject, load_report{.incarnation = 1, .slots_in_use = 4});
  ASSERT_TRUE(known);
  EXPECT_FALSE(*known); // It has to join anew.
}

TEST_F(Dispatcher, KeepsANodeThatReports) {
  join(1, 4);
  submit("a", 1);
  for (int i = 0; i < 30; ++i) {
    advance(1s);
    ask<bool>(subject,
              load_report{.incarnation = 1, .slots_in_use = 1, .received = 1});
  }
  EXPECT_TRUE(clients["a"].lost.empty());
}

TEST_F(Dispatcher, LosesANodeThatATaskHasNotReached) {
  join(1, 4);
  submit("a", 3);
  const auto report = [&](std::uint64_t received) {
    return *ask<bool>(subject,
                      load_report{.incarnation = 1, .received = received});
  };
  // It may be under way for as long as a lease is good without a report.
  for (int i = 0; i < 10; ++i) {
    advance(1s);
    EXPECT_TRUE(report(1)) << i;
  }
  for (int i = 0; i < 10; ++i) {
    advance(1s);
    if (!report(1))
      break;
  }
  EXPECT_EQ(clients["a"].lost, std::vector<incarnation_id>{1});
}

TEST_F(Dispatcher, CountsCreditThatWasLostOrComesLate) {
  join(1, 4);
  submit("a", 100);
  ASSERT_EQ(nodes[1].tasks.size(), 4u);
  // The one that said 1 was lost.
  free(1, 2);
  EXPECT_EQ(nodes[1].tasks.size(), 6u);
  self->send(subject, credit_return{.incarnation = 1, .returned = 1});
  run();
  EXPECT_EQ(nodes[1].tasks.size(), 6u);
  // The one that said 5 was lost, too, and nothing follows but a report.
  ask<bool>(subject,
            load_report{.incarnation = 1, .received = 6, .returned = 5});
  EXPECT_EQ(nodes[1].tasks.size(), 9u);
}

TEST_F(Dispatcher, TellsJobsAtOnceOfAWorkerThatDied) {
  join(1, 4);
  submit("a", 100);
  self->send_exit(nodes[1].handle, caf::exit_reason::kill);
  run();
  EXPECT_EQ(clients["a"].lost, std::vector<incarnation_id>{1});
}

TEST_F(Dispatcher, PassesARevocationToEveryNode) {
  join(1, 4);
  join(2, 4);
  submit("a", 100);
  self->send(subject, lease_revocation{.job = "a"});
  run();
  EXPECT_EQ(nodes[1].revoked, std::vector<std::string>{"a"});
  EXPECT_EQ(nodes[2].revoked, std::vector<std::string>{"a"});
  const auto before = clients["a"].leased;
  free(1, 4);
  EXPECT_EQ(clients["a"].leased, before); // Forgotten: no more grants.
}

TEST_F(Dispatcher, RefusesAnIncarnationThatIsTaken) {
  join(1, 4);
  const auto again = ask<caf::unit_t>(
    subject, node_description{.name = "other", .incarnation = 1, .credit = 1},
    nodes[1].handle);
  EXPECT_FALSE(again);
}

TEST_F(Dispatcher, GivesAJobToNodesThatHaveItsCodec) {
  join(1, 8, {"jpeg"});
  join(2, 2, {"jpeg", "avif"});
  submit("a", 10, 0, "", "avif");
  EXPECT_TRUE(nodes[1].tasks.empty());
  EXPECT_EQ(nodes[2].tasks.size(), 2u);
  free(2, 2);
  EXPECT_EQ(nodes[2].tasks.size(), 4u);
  submit("b", 10);
  EXPECT_EQ(nodes[1].tasks.size(), 8u);
  const auto told = ask<std::vector<node_status>>(subject, atom::list::value);
  EXPECT_EQ(told->at(1).codecs, (std::vector<std::string>{"jpeg", "avif"}));
}

TEST_F(Dispatcher, SaysWhatAJobWaitsForUntilANodeCanDoIt) {
  join(1, 8, {"jpeg"});
  submit("a", 2, 0, "", "avif");
  submit("b", 2);
  advance(1s);
  EXPECT_EQ(clients["a"].waits_for, "a node that writes avif");
  EXPECT_EQ(clients["b"].waits_for, "");
  join(2, 8, {"avif"});
  EXPECT_EQ(nodes[2].tasks.size(), 2u);
  advance(1s);
  EXPECT_EQ(clients["a"].waits_for, "");
}

} // namespace
} // namespace pixmill::actors
