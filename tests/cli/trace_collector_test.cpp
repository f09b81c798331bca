#include "cli/trace_collector.hpp"

#include <caf/actor_cast.hpp>
#include <gtest/gtest.h>

#include "tests/actors/inspected_node.hpp"

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;

// Both "nodes" are this process: what is written down at one is the other's,
// too, so each test has traces of its own.
class TraceCollector : public testing::Test {
protected:
  void SetUp() override {
    nodes.enter("b", 1, caf::actor_cast<caf::strong_actor_ptr>(node.inspector));
  }

  void TearDown() override {
    nodes.clear();
  }

  // Handles so many messages on behalf of an actor.
  static void add(const telemetry::actor_record& to, int count,
                  const std::string& from = "7") {
    for (int i = 0; i < count; ++i)
      telemetry::message_traces::instance().add(to, from, "fetched", 12us);
  }

  test::inspected_node node;
  actors::node_directory nodes{node.system};
  trace_collector subject{nodes};
  telemetry::actor_record image{telemetry::actor_kind::image, 40'001, 0, "",
                                "job_9"};
};

TEST_F(TraceCollector, ReadsATraceOfItsOwnNodeToItsEnd) {
  ASSERT_TRUE(subject.begin("trc_own", "head", {.actor = 40'001, .limit = 3}));
  add(image, 5);
  const auto part = subject.read("trc_own", 1, 1s);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->messages.size(), 2u);
  EXPECT_EQ(part->messages[0].node, "head");
  EXPECT_EQ(part->end, telemetry::trace_end::limit);
  EXPECT_FALSE(subject.read("trc_none", 0, 0ms));
}

TEST_F(TraceCollector, ReadsATraceOfAnotherNodeToItsEnd) {
  ASSERT_TRUE(subject.begin("trc_far", "b", {.actor = 40'001, .limit = 3}));
  EXPECT_FALSE(subject.begin("trc_gone", "c", {.actor = 40'001}));
  EXPECT_TRUE(subject.read("trc_far", 0, 0ms)->messages.empty());
  add(image, 5, to_string(node.system.node()) + ":8");
  const auto part = subject.read("trc_far", 0, 10s);
  ASSERT_TRUE(part);
  ASSERT_EQ(part->messages.size(), 3u);
  EXPECT_EQ(part->messages[0].node, "b");
  EXPECT_EQ(part->messages[0].message.from, "head:8");
  EXPECT_EQ(part->end, telemetry::trace_end::limit);
}

TEST_F(TraceCollector, EndsATraceByTime) {
  ASSERT_TRUE(subject.begin("trc_short", "b",
                            {.actor = 40'001, .limit = 3, .time = 1ms}));
  auto part = subject.read("trc_short", 0, 10s);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->end, telemetry::trace_end::time);
  EXPECT_EQ(subject.read("trc_short", 0, 0ms)->end, telemetry::trace_end::time);
}

TEST_F(TraceCollector, EndsTheRestOfATraceAtItsLimit) {
  ASSERT_TRUE(subject.begin("trc_part", "b", {.actor = 40'001, .limit = 9}));
  // As if another node had been faster.
  telemetry::message_traces::instance().stop("trc_part");
  EXPECT_EQ(subject.read("trc_part", 0, 10s)->end,
            telemetry::trace_end::stopped);
  EXPECT_FALSE(telemetry::message_traces::instance().armed());
}

} // namespace
} // namespace pixmill::cli
