#include "http/operation_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pixmill::http {
namespace {

using json = nlohmann::json;

TEST(Bottleneck, IsWhereImagesPileUp) {
  stage_load x{.codec_processes = 2};
  EXPECT_STREQ(bottleneck_of(x).what, "idle");
  x.downloading = 10;
  EXPECT_STREQ(bottleneck_of(x).what, "fetch");
  x.compressing = 2;
  x.compressions_waiting = 12;
  EXPECT_STREQ(bottleneck_of(x).what, "cpu");
  x.storing = 20;
  EXPECT_STREQ(bottleneck_of(x).what, "store");
  x.storing = 0;
  x.latched = true;
  EXPECT_STREQ(bottleneck_of(x).what, "store");
}

TEST(HistoryJson, TellsRatesOfTheTimeThatTheServiceRan) {
  const rate_stretch past{.step_s = 60,
                          .steps = {{.began_s = 120,
                                     .covered_ms = 30'000,
                                     .images = 60,
                                     .bytes_in = 0,
                                     .bytes_out = 0,
                                     .failures = 3,
                                     .cpu_us = 15'000'000}}};
  EXPECT_EQ(json::parse(to_json("images_per_s", past)).at("points"),
            json::parse("[[120, 2.0]]"));
  EXPECT_EQ(json::parse(to_json("cpu", past)).at("points"),
            json::parse("[[120, 0.5]]"));
  EXPECT_TRUE(to_json("joy", past).empty());
}

TEST(FailuresJson, PagesGroups) {
  std::vector<failure_group> groups(5);
  for (auto& each : groups) {
    each.job = "job_1";
    each.code = "timeout";
    each.count = 2;
  }
  std::string next;
  const auto page = json::parse(to_json(groups, 0, 2, next));
  EXPECT_EQ(page.at("total"), 10);
  EXPECT_EQ(page.at("groups").size(), 2u);
  EXPECT_TRUE(page.at("groups")[0].at("host").is_null());
  EXPECT_EQ(next, "2");
  next.clear();
  EXPECT_EQ(json::parse(to_json(groups, 4, 2, next)).at("groups").size(), 1u);
  EXPECT_TRUE(next.empty());
}

TEST(OriginsJson, TellsWhatAllNodesMayDo) {
  const node_origins head{.node = "head",
                          .origins = {{.origin = "http://a:80",
                                       .active = 2,
                                       .limit = 3,
                                       .pause = std::chrono::seconds{4}}}};
  const auto page = json::parse(to_json({head}, {{.origin = "http://a:80",
                                                  .limit = 4,
                                                  .budget = 6,
                                                  .leased = 4,
                                                  .active = 3,
                                                  .waiting = 9,
                                                  .hold_ms = 3'100,
                                                  .nodes = {"n", "m"}}}));
  EXPECT_EQ(page["origins"][0]["limit"], 3);
  EXPECT_EQ(page["origins"][0]["breaker"], "open");
  const auto& budget = page["budgets"][0];
  EXPECT_EQ(budget["limit"], 4);
  EXPECT_EQ(budget["budget"], 6);
  EXPECT_EQ(budget["leased"], 4);
  EXPECT_EQ(budget["waiting"], 9);
  EXPECT_EQ(budget["retry_after_s"], 4);
  EXPECT_EQ(budget["nodes"], (json::array({"n", "m"})));
}

} // namespace
} // namespace pixmill::http
