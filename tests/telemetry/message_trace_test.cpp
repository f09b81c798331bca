#include "telemetry/message_trace.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "telemetry/actor_record.hpp"

namespace pixmill::telemetry {
namespace {

using namespace std::chrono_literals;

class MessageTraces : public testing::Test {
protected:
  message_traces traces;
  actor_record actor{actor_kind::row, 7, 3, "row 1", "job_1"};
  actor_record other{actor_kind::row, 8, 3, "row 2", "job_2"};
};

TEST_F(MessageTraces, CostNothingWhileThereIsNone) {
  EXPECT_FALSE(traces.armed());
  EXPECT_FALSE(traces.wants(actor));
}

TEST_F(MessageTraces, ShowTheMessagesOfOneActor) {
  ASSERT_TRUE(traces.begin("trc_1", {.actor = 7}));
  EXPECT_TRUE(traces.armed());
  EXPECT_TRUE(traces.wants(actor));
  EXPECT_FALSE(traces.wants(other));
  traces.add(actor, "3", "tick", 5us);
  traces.add(other, "3", "tick", 5us);
  const auto part = traces.read("trc_1", 0, 0ms);
  ASSERT_TRUE(part);
  ASSERT_EQ(part->messages.size(), 1u);
  EXPECT_EQ(part->messages[0].what, "tick");
  EXPECT_FALSE(part->end);
}

TEST_F(MessageTraces, ShowTheMessagesOfAJob) {
  ASSERT_TRUE(traces.begin("trc_1", {.job = "job_2"}));
  EXPECT_FALSE(traces.wants(actor));
  EXPECT_TRUE(traces.wants(other));
}

TEST_F(MessageTraces, EndAtTheirLimitUnderLoad) {
  ASSERT_TRUE(traces.begin("trc_1", {.actor = 7, .limit = 100}));
  std::vector<std::thread> senders;
  for (int i = 0; i < 4; ++i)
    senders.emplace_back([this] {
      for (int n = 0; n < 1'000; ++n)
        if (traces.armed() && traces.wants(actor))
          traces.add(actor, "3", "tick", 5us);
    });
  for (auto& each : senders)
    each.join();
  const auto part = traces.read("trc_1", 0, 0ms);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->messages.size(), 100u);
  EXPECT_EQ(part->end, trace_end::limit);
  EXPECT_FALSE(traces.armed());
}

TEST_F(MessageTraces, EndAfterTheirTimeThoughNobodyReads) {
  ASSERT_TRUE(traces.begin("trc_1", {.actor = 7, .time = 0ms}));
  EXPECT_FALSE(traces.wants(actor));
  EXPECT_FALSE(traces.armed());
  EXPECT_EQ(traces.read("trc_1", 0, 0ms)->end, trace_end::time);
}

TEST_F(MessageTraces, AreStopped) {
  ASSERT_TRUE(traces.begin("trc_1", {.actor = 7}));
  traces.stop("trc_1");
  EXPECT_EQ(traces.read("trc_1", 0, 0ms)->end, trace_end::stopped);
  EXPECT_FALSE(traces.read("trc_2", 0, 0ms));
}

TEST_F(MessageTraces, AreFewAtOnce) {
  for (std::size_t n = 0; n < message_traces::most; ++n)
    EXPECT_TRUE(traces.begin("trc_" + std::to_string(n), {.actor = 7}));
  EXPECT_FALSE(traces.begin("trc_x", {.actor = 7}));
  traces.stop("trc_0");
  EXPECT_TRUE(traces.begin("trc_x", {.actor = 7}));
}

TEST_F(MessageTraces, TellOnlyWhatWasNotSeen) {
  ASSERT_TRUE(traces.begin("trc_1", {.actor = 7}));
  traces.add(actor, "3", "tick", 5us);
  traces.add(actor, "3", "fetched", 5us);
  const auto part = traces.read("trc_1", 1, 0ms);
  ASSERT_EQ(part->messages.size(), 1u);
  EXPECT_EQ(part->messages[0].what, "fetched");
}

TEST(ActorRecord, CountsEachKindOfMessage) {
  actor_record record{actor_kind::journal, 1, 0, ""};
  for (int n = 0; n < 3; ++n)
    const actor_record::handling mark{record, {.key = 5, .name = "tick"}};
  { const actor_record::handling mark{record, {.key = 6, .name = "flush"}}; }
  const auto seen = record.detail();
  ASSERT_EQ(seen.handlers.size(), 2u);
  std::uint64_t ticks = 0;
  for (const auto& each : seen.handlers)
    if (each.message == "tick")
      ticks = each.count;
  EXPECT_EQ(ticks, 3u);
  EXPECT_STREQ(record.name_of(6), "flush");
  EXPECT_EQ(record.name_of(7), nullptr);
}

TEST(ActorRecord, KeepsItsLastEvents) {
  actor_record record{actor_kind::image, 1, 0, ""};
  for (int n = 0; n < 15; ++n) {
    record.set_state("downloading");
    record.set_state("downloading"); // No news.
    record.set_state("compressing");
  }
  const auto seen = record.detail();
  ASSERT_EQ(seen.events.size(), actor_record::event_count);
  EXPECT_EQ(seen.events[0].text, "compressing");
  EXPECT_EQ(seen.events[1].text, "downloading");
}

} // namespace
} // namespace pixmill::telemetry
