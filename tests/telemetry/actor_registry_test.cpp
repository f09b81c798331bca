#include "telemetry/actor_registry.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace pixmill::telemetry {
namespace {

const actor_registry& registry() {
  return actor_registry::instance();
}

std::optional<actor_snapshot> find(std::uint64_t id) {
  for (auto& one : registry().snapshot(SIZE_MAX))
    if (one.id == id)
      return one;
  return std::nullopt;
}

TEST(ActorRegistry, KnowsAnActorForAsLongAsItLives) {
  EXPECT_FALSE(find(7));
  {
    const actor_record record{actor_kind::row, 7, 3, "row 12"};
    const auto found = find(7);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->parent, 3u);
    EXPECT_EQ(found->kind, actor_kind::row);
    EXPECT_EQ(found->label, "row 12");
    EXPECT_EQ(found->state, "idle");
    EXPECT_EQ(found->messages, 0u);
    EXPECT_EQ(registry().count(actor_kind::row), 1u);
  }
  EXPECT_FALSE(find(7));
  EXPECT_EQ(registry().count(actor_kind::row), 0u);
}

TEST(ActorRegistry, TellsWhatAnActorIsAt) {
  actor_record record{actor_kind::image, 1, 0, "http://a/x.jpg"};
  record.set_state("downloading");
  record.set_mailbox(5);
  EXPECT_EQ(record.snapshot().state, "downloading");
  EXPECT_EQ(record.snapshot().mailbox, 5u);
}

TEST(ActorRegistry, CountsMessagesAndSaysSinceWhenOneIsHandled) {
  actor_record record{actor_kind::journal, 1, 0, ""};
  EXPECT_EQ(record.snapshot().busy.count(), 0);
  {
    const actor_record::handling first{record};
    const auto before = record.snapshot().busy;
    EXPECT_GE(record.snapshot().busy, before);
    EXPECT_EQ(record.snapshot().messages, 1u);
  }
  EXPECT_EQ(record.snapshot().busy.count(), 0);
  const actor_record::handling second{record};
  EXPECT_EQ(record.snapshot().messages, 2u);
}

TEST(ActorRegistry, ForgetsInAnyOrder) {
  // Ids of one shard and of several.
  std::vector<std::optional<actor_record>> records(64);
  for (std::uint64_t id = 0; id < records.size(); ++id)
    records[id].emplace(actor_kind::worker, 1000 + id * 8, 0, "");
  EXPECT_EQ(registry().snapshot(SIZE_MAX).size(), 64u);
  for (const std::size_t id : {63u, 0u, 31u, 32u, 30u, 62u})
    records[id].reset();
  EXPECT_EQ(registry().snapshot(SIZE_MAX).size(), 58u);
  EXPECT_EQ(registry().count(actor_kind::worker), 58u);
}

TEST(ActorRegistry, CountsThoseInAState) {
  actor_record first{actor_kind::image, 1, 0, ""};
  actor_record second{actor_kind::image, 2, 0, ""};
  actor_record other{actor_kind::row, 3, 0, ""};
  first.set_state("storing");
  other.set_state("storing");
  EXPECT_EQ(registry().count(actor_kind::image, "storing"), 1u);
  EXPECT_EQ(registry().count(actor_kind::image, "idle"), 1u);
}

TEST(ActorRegistry, AnswersWithAtMostTheNumberAskedFor) {
  const actor_record first{actor_kind::worker, 1, 0, ""};
  const actor_record second{actor_kind::worker, 2, 0, ""};
  EXPECT_EQ(registry().snapshot(1).size(), 1u);
  EXPECT_EQ(registry().snapshot(0).size(), 0u);
}

// What AddressSanitizer would find in a registry that is read while actors
// come and go.
TEST(ActorRegistry, IsReadWhileActorsComeAndGo) {
  std::vector<std::thread> threads;
  for (std::uint64_t base : {1u, 100'001u})
    threads.emplace_back([base] {
      for (std::uint64_t id = base; id < base + 20'000; ++id)
        const actor_record record{actor_kind::image, id, 0, "label"};
    });
  std::size_t most = 0;
  for (int n = 0; n < 200; ++n)
    most = std::max(most, registry().snapshot(SIZE_MAX).size());
  for (auto& thread : threads)
    thread.join();
  EXPECT_LE(most, 2u);
  EXPECT_EQ(registry().count(actor_kind::image), 0u);
}

} // namespace
} // namespace pixmill::telemetry
