#include "actors/node_directory.hpp"

#include <algorithm>

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <gtest/gtest.h>

#include "tests/actors/inspected_node.hpp"

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;

class NodeDirectory : public testing::Test {
protected:
  void TearDown() override {
    subject.clear();
    if (silent)
      node.end(silent);
  }

  void enter(const std::string& name, std::uint64_t life) {
    subject.enter(name, life,
                  caf::actor_cast<caf::strong_actor_ptr>(node.inspector));
  }

  void enter_silent(const std::string& name, std::uint64_t life) {
    silent = node.system.spawn([](caf::event_based_actor* self) {
      self->set_default_handler(caf::skip);
      return caf::behavior{[](atom::cancel) {}};
    });
    subject.enter(name, life, caf::actor_cast<caf::strong_actor_ptr>(silent));
  }

  test::inspected_node node;
  caf::actor silent;
  static constexpr auto patience = 2s;
  node_directory subject{node.system, patience};
};

TEST_F(NodeDirectory, AsksAllNodes) {
  enter("a", 1);
  enter("b", 2);
  const auto told = subject.actors();
  ASSERT_EQ(told.size(), 2u);
  for (const auto& word : told) {
    ASSERT_TRUE(word.answer);
    EXPECT_TRUE(
      std::any_of(word.answer->begin(), word.answer->end(),
                  [&](const auto& x) { return x.id == node.inspector.id(); }));
  }
  EXPECT_EQ(subject.loads()[1].answer->downloading, 7u);
  EXPECT_EQ(subject.origins()[0].answer->origins.size(), 2u);
  EXPECT_EQ(subject.look("b", node.inspector.id()).answer->report.kind,
            "inspector");
  EXPECT_FALSE(subject.look("c", 1).answer);
}

TEST_F(NodeDirectory, WaitsForNoneThatDoesNotAnswerAndLeavesItAlone) {
  enter("a", 1);
  enter_silent("b", 2);
  const auto first = subject.actors();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_TRUE(first[0].answer);
  EXPECT_FALSE(first[1].answer);
  EXPECT_GE(first[1].silent, patience - 10ms);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(subject.loads()[1].answer);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, patience);
}

TEST_F(NodeDirectory, KeepsTheLostAsSilentAndForgetsWhoLeft) {
  enter("a", 1);
  enter("b", 2);
  subject.leave(1, true);
  subject.leave(2, false);
  const auto told = subject.actors();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].node, "a");
  EXPECT_FALSE(told[0].answer);
  enter("a", 3); // Its successor has its name.
  EXPECT_EQ(subject.names(), std::vector<std::string>{"a"});
  EXPECT_TRUE(subject.actors()[0].answer);
}

TEST_F(NodeDirectory, TellsTwoOfOneNameApart) {
  enter("a", 1);
  enter("a", 0x2abcd);
  enter("head", 3);
  EXPECT_EQ(subject.names(),
            (std::vector<std::string>{"a", "a.abcd", "head.0003"}));
  enter("a", 1); // Back after a while, it is the same one.
  EXPECT_EQ(subject.names().size(), 3u);
  EXPECT_EQ(subject.name_of(caf::to_string(node.system.node())), "head");
}

} // namespace
} // namespace pixmill::actors
