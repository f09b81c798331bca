#include "actors/origin_ledger.hpp"

#include <gtest/gtest.h>

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;

class OriginLedger : public testing::Test {
protected:
  static constexpr const char* shop = "http://shop:80";

  // What a node knows: the newest lease that has reached it.
  struct node {
    std::uint32_t permits = 0;
    std::uint64_t version = 0;
    std::int64_t hold_ms = 0;
    std::uint64_t reports = 0;
  };

  void join(std::uint64_t count) {
    for (std::uint64_t id = 1; id <= count; ++id) {
      ledger.join(id);
      nodes[id] = {};
    }
  }

  void take(incarnation_id id, const origin_lease& x) {
    if (x.version <= nodes[id].version)
      return;
    nodes[id].permits = x.permits;
    nodes[id].version = x.version;
    nodes[id].hold_ms = x.hold_ms;
  }

  // A task goes to a node, with its lease if there is one.
  void admit(incarnation_id id, std::uint32_t unfinished = 100) {
    if (const auto x = ledger.admit(id, shop, unfinished, now))
      take(id, *x);
  }

  origin_state state_of(incarnation_id id, std::uint32_t active,
                        std::uint32_t waiting) const {
    const auto& x = nodes.at(id);
    return {.origin = shop,
            .permits = x.permits,
            .version = x.version,
            .active = active,
            .waiting = waiting};
  }

  std::vector<origin_lease> report(incarnation_id id, origin_state state) {
    return ledger.report({.incarnation = id,
                          .number = ++nodes[id].reports,
                          .origins = {std::move(state)}},
                         now);
  }

  // A node reports and takes what it is told.
  void say(incarnation_id id, std::uint32_t active, std::uint32_t waiting) {
    for (const auto& x : report(id, state_of(id, active, waiting)))
      take(id, x);
  }

  // Everybody has more to do than it may, and uses all that it has.
  void everybody(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      now += 1s;
      for (auto& [id, x] : nodes)
        say(id, x.permits, 20);
      EXPECT_LE(sum(), ledger.list(now).at(0).limit);
    }
  }

  std::uint32_t sum() const {
    std::uint32_t out = 0;
    for (const auto& [id, x] : nodes)
      out += x.permits;
    return out;
  }

  std::uint32_t leased() const {
    return ledger.list(now).at(0).leased;
  }

  origin_ledger ledger{6};
  std::map<incarnation_id, node> nodes;
  origin_ledger::time_point now{1'000s};
};

TEST_F(OriginLedger, GivesASingleNodeAllAtOnce) {
  join(1);
  admit(1);
  EXPECT_EQ(nodes[1].permits, 6u);
  admit(1);
  EXPECT_EQ(leased(), 6u);
}

TEST_F(OriginLedger, GivesEachOfSeveralNodesItsShareWithItsFirstTask) {
  join(3);
  for (incarnation_id id = 1; id <= 3; ++id)
    admit(id);
  EXPECT_EQ(nodes[1].permits, 2u);
  EXPECT_EQ(nodes[3].permits, 2u);
  EXPECT_EQ(leased(), 6u);
}

TEST_F(OriginLedger, MovesPermitsToWhereTheWorkIs) {
  join(2);
  admit(1);
  admit(2);
  now += 1s;
  say(2, 0, 0);
  // It gives them up itself, and says no more of them.
  nodes[2].permits = 0;
  ledger.report({.incarnation = 2, .number = ++nodes[2].reports}, now);
  say(1, 3, 20);
  EXPECT_EQ(nodes[1].permits, 6u);
}

// Transfers that take a moment are seldom seen under way.
TEST_F(OriginLedger, LeavesPermitsWithANodeThatUsesThemBetweenReports) {
  ledger = origin_ledger{64};
  join(2);
  for (int second = 0; second < 10; ++second) {
    // Tasks that are long finished are no work that waits.
    for (int i = 0; i < 200; ++i) {
      admit(1, 8);
      admit(2, 8);
    }
    now += 500ms;
    for (incarnation_id id = 1; id <= 2; ++id) {
      auto state = state_of(id, 0, 0);
      state.answered = 200;
      for (const auto& x : report(id, state))
        take(id, x);
      now += 250ms;
      EXPECT_EQ(nodes[1].permits, 32u) << second;
      EXPECT_EQ(nodes[2].permits, 32u) << second;
    }
  }
}

TEST_F(OriginLedger, LeavesOnePermitWithEachNodeThatUsesIt) {
  join(2);
  admit(1);
  admit(2);
  for (int second = 0; second < 10; ++second) {
    now += 1s;
    say(1, nodes[1].permits, 20);
    auto state = state_of(2, 0, 0);
    state.answered = 50;
    for (const auto& x : report(2, state))
      take(2, x);
    EXPECT_GE(nodes[2].permits, 1u) << second;
  }
}

TEST_F(OriginLedger, CountsAPermitUntilTheNodeSaysThatItIsFree) {
  join(2);
  for (int i = 0; i < 3; ++i) {
    admit(1);
    now += 1s;
    say(1, 6, 20);
  }
  ASSERT_EQ(nodes[1].permits, 6u);
  ledger.want(2, shop, now);
  admit(2);
  EXPECT_EQ(nodes[2].permits, 0u);
  say(1, 6, 20);
  EXPECT_LT(nodes[1].permits, 6u); // It has been told …
  admit(2);
  EXPECT_EQ(nodes[2].permits, 0u);
  say(1, 6, 20); // … but has them all under way.
  admit(2);
  EXPECT_EQ(nodes[2].permits, 0u);
  say(1, nodes[1].permits, 20);
  admit(2);
  EXPECT_GT(nodes[2].permits, 0u);
  EXPECT_LE(sum(), 6u);
}

TEST_F(OriginLedger, CountsALeaseThatMayHaveBeenLost) {
  join(2);
  EXPECT_TRUE(ledger.admit(1, shop, 1, now)); // Never arrives.
  EXPECT_EQ(leased(), 3u);
  now += 1s;
  const auto again = report(1, state_of(1, 0, 20));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].permits, 6u);
  EXPECT_EQ(leased(), 6u);
  take(1, again[0]);
  now += 1s;
  say(1, 6, 20);
  EXPECT_EQ(leased(), 6u);
}

TEST_F(OriginLedger, HasNothingToSayOfOldReports) {
  join(2);
  admit(1);
  now += 1s;
  const auto old = state_of(1, 3, 0);
  nodes[1].reports = 10;
  say(1, 3, 20);
  EXPECT_TRUE(
    ledger.report({.incarnation = 1, .number = 2, .origins = {old}}, now)
      .empty());
}

TEST_F(OriginLedger, LetsAllHaveATurnWhereThereAreFewerThanNodes) {
  ledger = origin_ledger{2};
  join(5);
  for (auto& [id, x] : nodes)
    admit(id);
  std::map<incarnation_id, int> had;
  for (int i = 0; i < 60; ++i) {
    everybody(1);
    for (const auto& [id, x] : nodes)
      had[id] += x.permits > 0 ? 1 : 0;
  }
  for (const auto& [id, x] : nodes)
    EXPECT_GT(had[id], 5) << id;
}

TEST_F(OriginLedger, SharesEvenlyBetweenNodesWithEnoughToDo) {
  join(4);
  for (auto& [id, x] : nodes)
    admit(id);
  everybody(10);
  for (const auto& [id, x] : nodes) {
    EXPECT_GE(x.permits, 1u);
    EXPECT_LE(x.permits, 2u);
  }
  EXPECT_EQ(sum(), 6u);
}

TEST_F(OriginLedger, GetsBackWhatALostNodeHad) {
  join(2);
  admit(1);
  now += 1s;
  say(1, 3, 20);
  ASSERT_EQ(leased(), 6u);
  ledger.forget(1);
  nodes.erase(1);
  admit(2);
  EXPECT_EQ(nodes[2].permits, 6u); // It is the only one now.
}

TEST_F(OriginLedger, IsClosedForANodeThatCanHaveNone) {
  join(2);
  admit(1);
  now += 1s;
  say(1, 3, 20);
  ASSERT_EQ(nodes[1].permits, 6u);
  EXPECT_TRUE(ledger.is_open(1, shop, now));
  EXPECT_FALSE(ledger.is_open(2, shop, now));
  EXPECT_EQ(ledger.closed(2, now), std::vector<std::string>{shop});
  EXPECT_TRUE(ledger.closed(1, now).empty());
  EXPECT_TRUE(ledger.is_open(2, "http://other:80", now));
}

TEST_F(OriginLedger, OpensForANodeThatCouldHaveWork) {
  join(2);
  admit(1);
  now += 1s;
  say(1, 3, 20);
  for (int i = 0; i < 3; ++i) {
    ledger.want(2, shop, now);
    now += 1s;
    say(1, nodes[1].permits, 20);
  }
  EXPECT_TRUE(ledger.is_open(2, shop, now));
}

TEST_F(OriginLedger, IsClosedForANodeWithMoreThanItCanBegin) {
  join(1);
  admit(1);
  now += 1s;
  auto state = state_of(1, 6, 100);
  state.answered = 5; // A second: 100 take 20 s.
  report(1, state);
  EXPECT_FALSE(ledger.is_open(1, shop, now));
  now += 1s;
  state = state_of(1, 6, 40);
  state.answered = 5;
  report(1, state);
  EXPECT_TRUE(ledger.is_open(1, shop, now));
}

TEST_F(OriginLedger, LeavesAnOriginAloneOnAllNodes) {
  join(2);
  admit(1);
  admit(2);
  now += 1s;
  say(2, 3, 0);
  auto state = state_of(1, 2, 5);
  state.refused = 1;
  state.hold_ms = 7'000;
  const auto told = report(1, state);
  const auto urgent = ledger.take_urgent();
  ASSERT_EQ(urgent.size(), 1u);
  EXPECT_EQ(urgent[0].first, 2u);
  EXPECT_EQ(urgent[0].second.hold_ms, 7'000);
  EXPECT_FALSE(ledger.is_open(1, shop, now));
  EXPECT_FALSE(ledger.is_open(2, shop, now));
  EXPECT_EQ(ledger.list(now).at(0).limit, 3u);
  EXPECT_EQ(ledger.list(now).at(0).hold_ms, 7'000);
  now += 7s;
  EXPECT_TRUE(ledger.is_open(1, shop, now));
  // Once is enough.
  state = state_of(1, 2, 5);
  state.hold_ms = 100;
  now -= 100ms;
  report(1, state);
  EXPECT_TRUE(ledger.take_urgent().empty());
}

TEST_F(OriginLedger, TellsANodeThatComesDuringAHoldToWait) {
  join(2);
  admit(1);
  auto state = state_of(1, 2, 0);
  state.hold_ms = 7'000;
  report(1, state);
  now += 2s;
  const auto lease = ledger.admit(2, shop, 1, now);
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->hold_ms, 5'000);
}

TEST_F(OriginLedger, TakesPermitsAwayWhenAnOriginBearsLess) {
  join(2);
  admit(1);
  admit(2);
  everybody(2);
  auto state = state_of(1, 3, 20);
  state.refused = 3;
  for (const auto& x : report(1, state))
    take(1, x);
  for (int i = 0; i < 4; ++i) {
    now += 1s;
    say(1, nodes[1].permits, 20);
    say(2, nodes[2].permits, 20);
  }
  EXPECT_EQ(sum(), 3u);
}

TEST_F(OriginLedger, RemembersWhatItLearntForAWhile) {
  join(1);
  admit(1);
  auto state = state_of(1, 3, 20);
  state.refused = 3;
  report(1, state);
  ledger.forget(1);
  now += 9min;
  ledger.tick(now);
  ASSERT_EQ(ledger.list(now).size(), 1u);
  EXPECT_EQ(ledger.list(now)[0].limit, 3u);
  now += 2min;
  ledger.tick(now);
  EXPECT_TRUE(ledger.list(now).empty());
}

TEST_F(OriginLedger, ForgetsOriginsThatAreDoneWith) {
  join(1);
  for (int i = 0; i < 100; ++i)
    ledger.admit(1, "http://shop" + std::to_string(i), 1, now);
  EXPECT_EQ(ledger.list(now).size(), 100u);
  std::vector<origin_state> all;
  for (std::uint64_t i = 0; i < 100; ++i)
    all.push_back({.origin = "http://shop" + std::to_string(i),
                   .permits = 6,
                   .version = i + 1});
  ledger.report({.incarnation = 1, .number = 1, .origins = all}, now);
  ledger.report({.incarnation = 1, .number = 2}, now);
  EXPECT_TRUE(ledger.list(now).empty());
}

} // namespace
} // namespace pixmill::actors
