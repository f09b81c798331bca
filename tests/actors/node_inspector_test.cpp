#include "actors/node_inspector.hpp"

#include <set>

#include <gtest/gtest.h>

#include "tests/actors/inspected_node.hpp"

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;

class NodeInspector : public testing::Test {
protected:
  template <class T, class... Ts>
  T ask(const Ts&... question) {
    caf::scoped_actor self{node.system};
    T out{};
    self->request(node.inspector, 10s, question...)
      .receive([&](T& answer) { out = std::move(answer); },
               [](const caf::error& reason) {
                 ADD_FAILURE() << caf::to_string(reason);
               });
    return out;
  }

  void TearDown() override {
    for (auto& each : images)
      node.end(each);
  }

  image_actor& add_image() {
    return images.emplace_back(test::idle_image::spawn(node.system));
  }

  test::inspected_node node;
  std::vector<image_actor> images;
};

TEST_F(NodeInspector, TellsOfAllActorsInParts) {
  std::set<std::uint64_t> spawned{node.inspector.id()};
  for (int i = 0; i < 25; ++i)
    spawned.insert(add_image().id());
  std::set<std::uint64_t> told;
  actor_page page;
  int pages = 0;
  do {
    const auto after = page.actors.empty() ? 0 : page.actors.back().id;
    page = ask<actor_page>(actor_page_query{.after = after, .limit = 10});
    EXPECT_LE(page.actors.size(), 10u);
    for (const auto& each : page.actors)
      EXPECT_TRUE(told.insert(each.id).second);
  } while (page.more && ++pages < 10);
  EXPECT_EQ(told, spawned);
}

TEST_F(NodeInspector, LooksIntoOneAndAsksIt) {
  const auto id = add_image().id();
  const auto seen = ask<actor_view>(actor_query{.id = id, .patience_ms = 900});
  EXPECT_TRUE(seen.found);
  EXPECT_TRUE(seen.answered);
  EXPECT_EQ(seen.report.kind, "image");
  EXPECT_EQ(seen.report.job, "job_1");
  // The question itself has been counted.
  EXPECT_EQ(ask<actor_view>(actor_query{id, 900}).handlers.size(), 1u);
  EXPECT_FALSE(ask<actor_view>(actor_query{999'999, 900}).found);
}

TEST_F(NodeInspector, EndsOnlyWhatComesAgain) {
  auto doomed = test::idle_image::spawn(node.system);
  caf::scoped_actor self{node.system};
  self->monitor(doomed);
  EXPECT_TRUE(ask<bool>(atom::kill::value, std::uint64_t{doomed.id()}));
  caf::error reason;
  self->receive([&](const caf::down_msg& down) { reason = down.reason; });
  EXPECT_EQ(reason, caf::exit_reason::kill);
  EXPECT_FALSE(
    ask<bool>(atom::kill::value, std::uint64_t{node.inspector.id()}));
}

TEST_F(NodeInspector, TellsATraceInPartsToItsEnd) {
  const auto& image = add_image();
  const trace_request wanted{.id = "trc_parts",
                             .actor = image.id(),
                             .job = {},
                             .limit = 5,
                             .time_ms = 60'000};
  EXPECT_FALSE(ask<trace_view>(trace_query{"trc_parts", 0, 3}).known);
  ASSERT_TRUE(ask<bool>(wanted));
  for (int i = 0; i < 8; ++i)
    caf::anon_send(image, atom::attempt::value);
  // Behind all of them in its mailbox.
  caf::scoped_actor self{node.system};
  self->request(image, 10s, atom::inspect::value)
    .receive([](const actor_report&) {}, [](const caf::error&) {});
  const auto first = ask<trace_view>(trace_query{"trc_parts", 0, 3});
  EXPECT_EQ(first.messages.size(), 3u);
  EXPECT_FALSE(first.ended);
  const auto rest = ask<trace_view>(trace_query{"trc_parts", 3, 3});
  EXPECT_EQ(rest.messages.size(), 2u);
  EXPECT_TRUE(rest.ended);
  EXPECT_EQ(rest.messages[0].what, "attempt");
  EXPECT_EQ(rest.messages[0].to, image.id());
}

TEST_F(NodeInspector, PutsOriginsWithWorkInFront) {
  const auto seen = ask<origins_view>(atom::origins::value);
  ASSERT_EQ(seen.origins.size(), 2u);
  EXPECT_EQ(seen.origins[0].origin, "http://busy.example");
  EXPECT_EQ(seen.origins[0].p50_ms, 20);
  EXPECT_EQ(ask<stage_report>(atom::load::value).downloading, 7u);
}

} // namespace
} // namespace pixmill::actors
