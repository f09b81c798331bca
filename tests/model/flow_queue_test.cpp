#include "model/flow_queue.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace pixmill {
namespace {

using tickets = std::vector<flow_queue::ticket>;

tickets drain(flow_queue& queue) {
  tickets out;
  while (const auto next = queue.pop())
    out.push_back(*next);
  return out;
}

TEST(FlowQueue, KeepsTheOrderOfOneFlow) {
  flow_queue queue;
  for (const flow_queue::ticket each : {3, 1, 2})
    queue.push(7, each);
  EXPECT_EQ(drain(queue), (tickets{3, 1, 2}));
  EXPECT_TRUE(queue.empty());
}

TEST(FlowQueue, LetsFlowsTakeTurns) {
  flow_queue queue;
  for (const flow_queue::ticket each : {1, 2, 3, 4})
    queue.push(7, each);
  queue.push(8, 11);
  queue.push(9, 21);
  queue.push(9, 22);
  EXPECT_EQ(drain(queue), (tickets{1, 11, 21, 2, 22, 3, 4}));
}

TEST(FlowQueue, MakesANewcomerWaitForOneTurnOfTheOthers) {
  flow_queue queue;
  for (flow_queue::ticket each = 1; each <= 100; ++each)
    queue.push(7, each);
  queue.pop();
  queue.push(8, 1000);
  queue.pop();
  EXPECT_EQ(queue.pop(), 1000u);
}

TEST(FlowQueue, PutsATicketBeforeItsFlowsOthersOnly) {
  flow_queue queue;
  queue.push(7, 1);
  queue.push(8, 11);
  queue.push_front(8, 10);
  EXPECT_EQ(drain(queue), (tickets{1, 10, 11}));
}

TEST(FlowQueue, RemovesWhatIsThere) {
  flow_queue queue;
  queue.push(7, 1);
  queue.push(7, 2);
  queue.push(8, 11);
  EXPECT_FALSE(queue.remove(9, 1));
  EXPECT_FALSE(queue.remove(8, 1));
  EXPECT_TRUE(queue.remove(8, 11));
  EXPECT_TRUE(queue.remove(7, 1));
  EXPECT_FALSE(queue.remove(7, 1));
  EXPECT_EQ(drain(queue), (tickets{2}));
}

} // namespace
} // namespace pixmill
