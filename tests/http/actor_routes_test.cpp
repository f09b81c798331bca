#include <chrono>
#include <ctime>
#include <set>
#include <string>

#include "tests/http/service_fixture.hpp"

namespace pixmill::http::test {
namespace {

using namespace std::chrono_literals;

class ActorRoutes : public Service {
protected:
  static actors::actor_report actor(std::uint64_t id, const char* kind,
                                    std::uint64_t parent, std::string label) {
    actors::actor_report out;
    out.id = id;
    out.kind = kind;
    out.parent = parent;
    out.label = std::move(label);
    out.state = "running";
    out.job = "job_1";
    out.age_ms = 5'000;
    return out;
  }

  void SetUp() override {
    auto& all = head.cluster.nodes[0].actors;
    all = {actor(1, "supervisor", 0, "supervisor"), actor(2, "job", 1, "job_1"),
           actor(3, "row", 2, "row 1"), actor(4, "image", 3, "<script>\xff")};
    for (std::uint64_t id = 10; id < 40; ++id)
      all.push_back(actor(id, "row", 2, "row " + std::to_string(id)));
    start();
  }
};

TEST_F(ActorRoutes, ListTheTopOfWhatMatches) {
  const auto got = ask("GET", "/v1/actors?kind=row&top=5&sort=age").json();
  EXPECT_EQ(got.at("total"), 31);
  EXPECT_EQ(got.at("actors").size(), 5u);
  EXPECT_EQ(got.at("actors")[0].at("parent"), "head:2");
  EXPECT_EQ(got.at("scope"), "all_time");
}

TEST_F(ActorRoutes, PageTheChildrenOfTheRoot) {
  std::set<std::string> seen;
  std::string cursor;
  int pages = 0;
  do {
    const auto got = ask("GET", "/v1/actors/tree?root=head:2&depth=1&limit=7"
                                "&cursor="
                                  + cursor)
                       .json();
    EXPECT_EQ(got.at("root").at("children_total"), 31);
    for (const auto& child : got.at("root").at("children"))
      EXPECT_TRUE(seen.insert(child.at("id")).second);
    cursor = got.at("next_cursor").is_null()
               ? ""
               : got.at("next_cursor").get<std::string>();
    ++pages;
  } while (!cursor.empty() && pages < 20);
  EXPECT_EQ(seen.size(), 31u);
  EXPECT_EQ(pages, 5);
}

TEST_F(ActorRoutes, LookIntoOne) {
  const auto got = ask("GET", "/v1/actors/head:2").json();
  EXPECT_EQ(got.at("children_total"), 31);
  EXPECT_EQ(got.at("children").size(), 20u);
  EXPECT_EQ(got.at("probe").at("answered"), true);
  EXPECT_EQ(ask("GET", "/v1/actors/head:99").code(), "no-such-actor");
  EXPECT_EQ(ask("GET", "/v1/actors/head:4").status, 200); // No UTF-8 in it.
}

TEST_F(ActorRoutes, SayThatAnActorDoesNotAnswer) {
  head.cluster.probe.answered = false;
  head.cluster.nodes[0].actors[1].busy_ms = 61'000;
  const auto probe = ask("GET", "/v1/actors/head:2").json().at("probe");
  EXPECT_EQ(probe.at("answered"), false);
  EXPECT_TRUE(probe.at("text").get<std::string>().starts_with(
    "no answer, busy since 20"));
}

TEST_F(ActorRoutes, EndOneOnlyWhenThatIsMeant) {
  const auto refused = ask("POST", "/v1/actors/head:3/kill", {}, "{}");
  EXPECT_EQ(refused.code(), "confirmation-needed");
  EXPECT_NE(refused.body.find("its 1 images"), std::string::npos);
  EXPECT_EQ(
    ask("POST", "/v1/actors/head:3/kill", {}, R"({"confirm":"head:2"})").code(),
    "confirmation-needed");
  EXPECT_TRUE(head.cluster.killed.empty());
  EXPECT_EQ(
    ask("POST", "/v1/actors/head:3/kill", {}, R"({"confirm":"head:3"})").status,
    202);
  EXPECT_EQ(head.cluster.killed, std::vector<std::string>{"head:3"});
}

TEST_F(ActorRoutes, SayThatANodeDoesNotAnswer) {
  head.cluster.nodes.push_back({.node = "b", .actors = {}, .silent = 2s});
  const auto listed = ask("GET", "/v1/actors").json();
  EXPECT_EQ(listed.at("silent")[0].at("node"), "b");
  for (const auto* path : {"/v1/actors/b:7", "/v1/actors/tree?root=b:7"})
    EXPECT_EQ(ask("GET", path).code(), "node-silent") << path;
  for (const auto* path : {"/v1/actors/b:7/kill", "/v1/actors/b:7/trace"})
    EXPECT_EQ(ask("POST", path, {}, "{}").code(), "node-silent") << path;
  EXPECT_EQ(ask("POST", "/v1/actors/b:0/kill", {}, "{}").code(),
            "not-killable");
}

TEST_F(ActorRoutes, EndNoneThatNobodyStartsAgain) {
  EXPECT_EQ(
    ask("POST", "/v1/actors/head:1/kill", {}, R"({"confirm":"head:1"})").code(),
    "not-killable");
}

TEST_F(ActorRoutes, StreamATraceUntilItsEnd) {
  const auto begun =
    ask("POST", "/v1/actors/head:4/trace", {}, R"({"limit":2,"seconds":60})");
  ASSERT_EQ(begun.status, 202);
  const telemetry::actor_record record{telemetry::actor_kind::image, 4, 3, ""};
  auto& traces = telemetry::message_traces::instance();
  for (int i = 0; i < 3; ++i)
    traces.add(record, "7", "fetched", 12us);
  const auto events = ask("GET", begun.json().at("links").at("events"));
  EXPECT_EQ(events.body.find("event: message"), 0u);
  EXPECT_NE(events.body.find(R"("from":"head:7","to":"head:4")"),
            std::string::npos);
  EXPECT_NE(events.body.find("event: end\ndata: {\"reason\":\"limit\"}"),
            std::string::npos);
  EXPECT_EQ(ask("GET", "/v1/traces/trc_none/events").code(), "no-such-trace");
}

TEST_F(ActorRoutes, ShowAnyPageOfTenThousandActorsSoon) {
  auto& all = head.cluster.nodes[0].actors;
  for (std::uint64_t id = 100; id < 10'100; ++id)
    all.push_back(actor(id, "image", 3, "http://shop.example/photo.jpg"));
  for (const auto* path :
       {"/v1/actors?sort=rate&top=1000", "/v1/actors/tree?depth=10&limit=1000",
        "/v1/actors/head:3"}) {
    // Of the processor: others may be at work on this machine.
    const auto begun = std::clock();
    EXPECT_EQ(ask("GET", path).status, 200);
    EXPECT_LT(std::clock() - begun, CLOCKS_PER_SEC / 2) << path;
  }
}

} // namespace
} // namespace pixmill::http::test
