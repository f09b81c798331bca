#include "net/origin_gate.hpp"

#include <gtest/gtest.h>

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;

class OriginGate : public testing::Test {
protected:
  void SetUp() override {
    gate.govern(2s);
  }

  void permit(std::uint32_t transfers, std::uint64_t version,
              std::chrono::milliseconds hold = {}) {
    gate.permit({{.origin = "a",
                  .transfers = transfers,
                  .version = version,
                  .hold = hold}},
                now);
  }

  std::size_t started() {
    std::size_t count = 0;
    while (queue.pop(now))
      ++count;
    return count;
  }

  void push(std::uint64_t count) {
    while (count-- > 0)
      queue.push("a", 7, ++last);
  }

  origin_activity look() {
    const auto seen = gate.look(now);
    EXPECT_LE(seen.size(), 1u);
    return seen.empty() ? origin_activity{} : seen[0];
  }

  origin_queue queue{6};
  origin_gate gate{queue};
  origin_gate::time_point now{1'000s};
  origin_gate::ticket last = 0;
};

TEST_F(OriginGate, LetsNothingThroughWithoutAPermit) {
  push(5);
  EXPECT_EQ(started(), 0u);
  permit(2, 1);
  EXPECT_EQ(started(), 2u);
  queue.finished("a");
  EXPECT_EQ(started(), 1u);
}

TEST_F(OriginGate, LetsWhatIsUnderWayEndWhenThereIsLess) {
  push(9);
  permit(3, 1);
  EXPECT_EQ(started(), 3u);
  permit(1, 2);
  queue.finished("a");
  queue.finished("a");
  EXPECT_EQ(started(), 0u);
  EXPECT_EQ(look().active, 1u);
  queue.finished("a");
  EXPECT_EQ(started(), 1u);
}

TEST_F(OriginGate, SaysOnceThatSomethingIsStuck) {
  push(1);
  EXPECT_TRUE(gate.is_stuck("a"));
  EXPECT_FALSE(gate.is_stuck("a"));
  permit(1, 1);
  EXPECT_FALSE(gate.is_stuck("a"));
  EXPECT_EQ(started(), 1u);
}

TEST_F(OriginGate, TellsWhatHasComeOfAnOriginOnce) {
  push(2);
  permit(2, 4);
  started();
  gate.count("a", false, 30ms);
  gate.count("a", false, 50ms);
  gate.count("a", true, 5ms);
  gate.count("a", false, std::nullopt); // No answer: it says nothing.
  const auto first = look();
  EXPECT_EQ(first.permitted, 2u);
  EXPECT_EQ(first.version, 4u);
  EXPECT_EQ(first.active, 2u);
  EXPECT_EQ(first.answered, 2u);
  EXPECT_EQ(first.refused, 1u);
  EXPECT_EQ(first.waited, 80ms);
  EXPECT_EQ(look().answered, 0u);
}

TEST_F(OriginGate, ConfirmsAPermitForNothing) {
  permit(3, 1);
  permit(0, 2);
  EXPECT_EQ(look().version, 2u);
  EXPECT_EQ(look().permitted, 0u);
}

TEST_F(OriginGate, GivesUpPermitsThatAreNotUsed) {
  push(1);
  permit(3, 1);
  started();
  queue.finished("a");
  look();
  now += 3s;
  EXPECT_TRUE(gate.look(now).empty());
  push(1);
  EXPECT_EQ(started(), 0u);
  EXPECT_TRUE(queue.loads().size() == 1u);
}

TEST_F(OriginGate, LetsNothingThroughDuringAHold) {
  push(2);
  permit(6, 1);
  EXPECT_TRUE(gate.told_to_wait("a", now + 1s));
  EXPECT_FALSE(gate.told_to_wait("a", now + 1'100ms)); // No news.
  EXPECT_EQ(started(), 0u);
  EXPECT_EQ(look().hold, 1'100ms);
  now += 1'100ms;
  EXPECT_EQ(started(), 2u);
  EXPECT_EQ(look().hold, 0ms);
}

TEST_F(OriginGate, TellsOnlyOfHoldsThatItWasAskedForItself) {
  push(2);
  permit(6, 1, 1s);
  EXPECT_EQ(started(), 0u);
  EXPECT_EQ(look().hold, 0ms);
  now += 1s;
  EXPECT_EQ(started(), 2u);
}

TEST_F(OriginGate, TurnsAwayWhatWouldWaitForLong) {
  push(3);
  permit(1, 1);
  EXPECT_EQ(started(), 1u);
  gate.told_to_wait("a", now + 2s);
  std::vector<origin_gate::ticket> out;
  EXPECT_FALSE(gate.refuse_held("a", now, out));
  gate.told_to_wait("a", now + 10s);
  EXPECT_EQ(gate.refuse_held("a", now, out), 10s);
  EXPECT_EQ(out, (std::vector<origin_gate::ticket>{2, 3}));
  EXPECT_EQ(queue.size(), 0u);
}

TEST_F(OriginGate, ForgetsItsPermitsWhenItIsGovernedAnew) {
  permit(3, 7);
  gate.govern(2s);
  push(2);
  EXPECT_EQ(started(), 0u);
  permit(1, 1); // Versions begin anew, too.
  EXPECT_EQ(started(), 1u);
}

TEST(OriginGateAlone, LetsAllThroughUntilItGoverns) {
  origin_queue queue{2};
  origin_gate gate{queue};
  const origin_gate::time_point now{1'000s};
  queue.push("a", 7, 1);
  EXPECT_FALSE(gate.is_stuck("a"));
  EXPECT_FALSE(gate.told_to_wait("a", now + 10s));
  std::vector<origin_gate::ticket> out;
  EXPECT_FALSE(gate.refuse_held("a", now, out));
  EXPECT_TRUE(queue.pop(now + 10s));
}

} // namespace
} // namespace pixmill::net
