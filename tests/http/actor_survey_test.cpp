#include "http/actor_survey.hpp"

#include <gtest/gtest.h>

#include "http/actor_selection.hpp"

namespace pixmill::http {
namespace {

using namespace std::chrono_literals;

using clock = survey_log::clock;

actors::actor_report report(std::uint64_t id, const char* kind,
                            std::uint64_t parent = 0) {
  actors::actor_report out;
  out.id = id;
  out.kind = kind;
  out.parent = parent;
  out.state = "running";
  out.age_ms = 100'000;
  return out;
}

std::vector<node_actors> head_with(std::vector<actors::actor_report> actors) {
  return {{.node = head_node, .actors = std::move(actors)}};
}

TEST(SurveyLog, TellsRatesOverAWholeLifeAtTheFirstLook) {
  survey_log log;
  auto x = report(1, "journal");
  x.messages = 500;
  x.busy_total_us = 50'000'000;
  const auto seen = log.add(head_with({x}), 10s, clock::time_point{1h});
  EXPECT_FALSE(seen.window);
  EXPECT_DOUBLE_EQ(seen.actors.at(0).rate, 5);
  EXPECT_DOUBLE_EQ(seen.actors.at(0).busy_ratio, 0.5);
}

TEST(SurveyLog, TellsRatesSinceTheLookThatTheWindowReachesBackTo) {
  survey_log log;
  const clock::time_point start{1h};
  auto x = report(1, "journal");
  for (int second = 0; second < 30; second += 5) {
    x.messages = static_cast<std::uint64_t>(second * second);
    log.add(head_with({x}), 10s, start + std::chrono::seconds{second});
  }
  x.messages = 900;
  const auto seen = log.add(head_with({x}), 10s, start + 30s);
  ASSERT_TRUE(seen.window);
  EXPECT_EQ(*seen.window, 10s);
  EXPECT_DOUBLE_EQ(seen.actors.at(0).rate, (900 - 400) / 10.0);
}

TEST(SurveyLog, TellsOfYoungActorsWhatTheyDidInTheirLife) {
  survey_log log;
  const clock::time_point start{1h};
  log.add(head_with({}), 10s, start);
  auto x = report(7, "image");
  x.age_ms = 2'000;
  x.messages = 4;
  const auto seen = log.add(head_with({x}), 10s, start + 10s);
  EXPECT_DOUBLE_EQ(seen.actors.at(0).rate, 2);
}

TEST(SurveyLog, ForgetsLooksOfLongAgo) {
  survey_log log;
  const clock::time_point start{1h};
  log.add(head_with({report(1, "journal")}), 10s, start);
  const auto seen =
    log.add(head_with({report(1, "journal")}), 10s, start + 10min);
  EXPECT_FALSE(seen.window);
}

TEST(SurveyLog, NamesNodesThatDoNotAnswer) {
  survey_log log;
  std::vector<node_actors> nodes{{.node = head_node, .actors = {}}};
  nodes.push_back({.node = "b", .actors = {}, .silent = 800ms});
  const auto seen = log.add(nodes, 10s, clock::time_point{1h});
  ASSERT_EQ(seen.silent.size(), 1u);
  EXPECT_EQ(seen.silent[0].node, "b");
}

TEST(ActorTop, PutsThoseThatAreBusiestFirst) {
  survey_log log;
  std::vector<actors::actor_report> all;
  for (std::uint64_t id = 1; id <= 50; ++id)
    all.push_back(report(id, "image"));
  all[20].busy_ms = 3'000;
  all[20].busy_total_us = 90'000'000;
  all[30].mailbox = 9;
  const auto seen = log.add(head_with(all), 10s, clock::time_point{1h});
  const auto busy = top_of(seen, {}, actor_order::busy, 3);
  ASSERT_EQ(busy.actors.size(), 3u);
  EXPECT_EQ(busy.total, 50u);
  EXPECT_EQ(busy.actors[0]->report.id, 21u);
  EXPECT_EQ(busy.actors[1]->report.id, 31u); // Of equals the fuller one,
  EXPECT_EQ(busy.actors[2]->report.id, 1u);  // then the older.
  const auto full = top_of(seen, {}, actor_order::mailbox, 1);
  EXPECT_EQ(full.actors.at(0)->report.id, 31u);
}

TEST(ActorTop, HoldsOnlyWhatIsLookedFor) {
  survey_log log;
  auto mine = report(2, "row", 1);
  mine.job = "job_1";
  const auto seen =
    log.add(head_with({report(1, "job"), mine}), 10s, clock::time_point{1h});
  EXPECT_EQ(top_of(seen, {.job = "job_1"}, actor_order::age, 9).total, 1u);
  EXPECT_EQ(top_of(seen, {.kind = "job"}, actor_order::age, 9).total, 1u);
  EXPECT_EQ(top_of(seen, {.node = "b"}, actor_order::age, 9).total, 0u);
  EXPECT_EQ(top_of(seen, {.state = "running"}, actor_order::age, 9).total, 2u);
}

TEST(ActorTree, HangsRowsOfOtherNodesBelowTheirJob) {
  survey_log log;
  auto nodes = head_with({report(1, "supervisor"), report(2, "job", 1)});
  nodes.push_back({.node = "b:9",
                   .actors = {report(1, "worker"), report(5, "row", 2),
                              report(6, "image", 5)}});
  const auto seen = log.add(nodes, 10s, clock::time_point{1h});
  const actor_tree tree{seen};
  EXPECT_EQ(tree.of(actor_tree::root).size(), 2u); // SUPERVISOR, the node.
  ASSERT_EQ(tree.of("b:9:0").size(), 1u);
  EXPECT_EQ(tree.of("b:9:0")[0]->report.kind, "worker");
  ASSERT_EQ(tree.of("head:2").size(), 1u);
  EXPECT_EQ(tree.of("head:2")[0]->address.str(), "b:9:5");
  EXPECT_EQ(tree.of("b:9:5").size(), 1u);
}

TEST(ActorTree, HoldsNodesThatDoNotAnswer) {
  survey_log log;
  auto nodes = head_with({report(1, "supervisor")});
  nodes.push_back({.node = "b", .actors = {}, .silent = 61s});
  const auto seen = log.add(nodes, 10s, clock::time_point{1h});
  const actor_tree tree{seen};
  const auto* node = tree.find("b:0");
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(node->report.kind, "node");
  EXPECT_EQ(node->report.state, "no answer");
  EXPECT_EQ(node->report.busy_ms, 61'000);
  EXPECT_TRUE(node->report.label.starts_with("b: no answer, busy since 20"));
  EXPECT_EQ(tree.of(actor_tree::root).size(), 2u);
}

TEST(ActorTree, HangsBelowTheirNodeThoseWhoseParentHasEnded) {
  survey_log log;
  std::vector<node_actors> nodes{
    {.node = "b", .actors = {report(6, "image", 5)}}};
  const auto seen = log.add(nodes, 10s, clock::time_point{1h});
  EXPECT_EQ(actor_tree{seen}.of("b:0").size(), 1u);
}

TEST(ActorTree, KeepsThoseWhoseParentHasEnded) {
  survey_log log;
  const auto seen =
    log.add(head_with({report(6, "image", 5)}), 10s, clock::time_point{1h});
  EXPECT_EQ(actor_tree{seen}.of(actor_tree::root).size(), 1u);
}

TEST(ActorAddress, IsReadFromTheLastColon) {
  EXPECT_EQ(actor_address_from("b:9:5"), (actor_address{"b:9", 5}));
  for (const auto* wrong : {"", "7", ":7", "head:", "head:x", "head:7x"})
    EXPECT_FALSE(actor_address_from(wrong)) << wrong;
}

} // namespace
} // namespace pixmill::http
