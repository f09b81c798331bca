#include "net/origin_queue.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;

constexpr origin_queue::time_point now{1000s};

// Everything that can start at `when`, in order.
std::vector<origin_queue::ticket> drain(origin_queue& queue,
                                        origin_queue::time_point when = now) {
  std::vector<origin_queue::ticket> result;
  while (const auto next = queue.pop(when))
    result.push_back(*next);
  return result;
}

using tickets = std::vector<origin_queue::ticket>;

TEST(OriginQueue, LetsOriginsTakeTurns) {
  origin_queue queue{6};
  for (const origin_queue::ticket each : {1, 2, 3})
    queue.push("a", 7, each);
  queue.push("b", 7, 11);
  queue.push("b", 7, 12);
  queue.push("c", 7, 21);
  EXPECT_EQ(drain(queue), (tickets{1, 11, 21, 2, 12, 3}));
}

TEST(OriginQueue, LetsFlowsTakeTurnsAtOneOrigin) {
  origin_queue queue{6};
  for (const origin_queue::ticket each : {1, 2, 3})
    queue.push("a", 7, each);
  queue.push("a", 8, 11);
  EXPECT_EQ(drain(queue), (tickets{1, 11, 2, 3}));
}

TEST(OriginQueue, KeepsToTheShareOfAnOrigin) {
  origin_queue queue{2};
  for (const origin_queue::ticket each : {1, 2, 3, 4})
    queue.push("a", 7, each);
  queue.push("b", 7, 11);
  EXPECT_EQ(drain(queue), (tickets{1, 11, 2}));
  EXPECT_EQ(queue.size(), 2u);
  queue.finished("a");
  EXPECT_EQ(drain(queue), (tickets{3}));
  queue.finished("a");
  queue.finished("a");
  EXPECT_EQ(drain(queue), (tickets{4}));
}

TEST(OriginQueue, PutsRedirectedTransfersFirst) {
  origin_queue queue{6};
  queue.push("a", 7, 1);
  queue.push_front("a", 7, 2);
  EXPECT_EQ(drain(queue), (tickets{2, 1}));
}

TEST(OriginQueue, PassesOverPausedOrigins) {
  origin_queue queue{6};
  queue.push("a", 7, 1);
  queue.push("b", 7, 11);
  queue.pause("a", now + 10s);
  EXPECT_EQ(drain(queue), (tickets{11}));
  EXPECT_EQ(queue.next_resume(), now + 10s);
  EXPECT_EQ(drain(queue, now + 9999ms), tickets{});
  EXPECT_EQ(drain(queue, now + 10s), (tickets{1}));
  EXPECT_EQ(queue.next_resume(), std::nullopt);
}

TEST(OriginQueue, HoldsBackWhatComesDuringAPause) {
  origin_queue queue{6};
  queue.pause("a", now + 10s);
  queue.push("a", 7, 1);
  EXPECT_EQ(drain(queue), tickets{});
  EXPECT_EQ(drain(queue, now + 10s), (tickets{1}));
}

TEST(OriginQueue, KeepsTheLongestOfSeveralPauses) {
  origin_queue queue{6};
  queue.push("a", 7, 1);
  queue.pause("a", now + 10s);
  queue.pause("a", now + 30s);
  queue.pause("a", now + 20s);
  EXPECT_EQ(drain(queue, now + 29s), tickets{});
  EXPECT_EQ(drain(queue, now + 30s), (tickets{1}));
}

TEST(OriginQueue, ForgetsWhatIsRemoved) {
  origin_queue queue{1};
  for (const origin_queue::ticket each : {1, 2, 3})
    queue.push("a", 7, each);
  EXPECT_TRUE(queue.remove("a", 7, 2));
  EXPECT_FALSE(queue.remove("a", 7, 2));
  EXPECT_FALSE(queue.remove("b", 7, 3));
  EXPECT_EQ(drain(queue), (tickets{1}));
  queue.finished("a");
  EXPECT_EQ(drain(queue), (tickets{3}));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(OriginQueue, SurvivesRemovalOfTheLastWhileItsOriginIsDue) {
  origin_queue queue{1};
  queue.push("a", 7, 1);
  EXPECT_TRUE(queue.remove("a", 7, 1));
  EXPECT_EQ(drain(queue), tickets{});
  queue.push("a", 7, 2);
  EXPECT_EQ(drain(queue), (tickets{2}));
}

TEST(OriginQueue, GivesAnOriginAtLeastOneSlot) {
  origin_queue queue{0};
  queue.push("a", 7, 1);
  EXPECT_EQ(drain(queue), (tickets{1}));
}

} // namespace
} // namespace pixmill::net
