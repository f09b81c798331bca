#include "actors/head_metrics.hpp"

#include <gtest/gtest.h>

namespace pixmill::actors {
namespace {

bool has(const telemetry::metric_page& page, const std::string& line) {
  return ("\n" + page.text()).find("\n" + line + "\n") != std::string::npos;
}

TEST(ClusterMetrics, TellOfEachNode) {
  telemetry::metric_page page;
  add_cluster_metrics(
    page,
    {{.name = "a", .credit = 8, .used = 3, .finished = 100, .silent_ms = 250},
     {.name = "b", .credit = 4}});
  EXPECT_TRUE(has(page, "pixmill_node_slots{node=\"a\"} 8")) << page.text();
  EXPECT_TRUE(has(page, "pixmill_node_slots{node=\"b\"} 4"));
  EXPECT_TRUE(has(page, "pixmill_node_used{node=\"a\"} 3"));
  EXPECT_TRUE(has(page, "pixmill_node_silence_seconds{node=\"a\"} 0.25"));
  EXPECT_TRUE(has(page, "pixmill_node_images_total{node=\"a\"} 100"));
  EXPECT_TRUE(has(page, "pixmill_node_images_total{node=\"b\"} 0"));
}

TEST(ClusterMetrics, AddUpNodesOfOneName) {
  telemetry::metric_page page;
  add_cluster_metrics(
    page, {{.name = "a", .incarnation = 1, .credit = 8, .silent_ms = 100},
           {.name = "a", .incarnation = 2, .credit = 4, .silent_ms = 3'000}});
  EXPECT_TRUE(has(page, "pixmill_node_slots{node=\"a\"} 12")) << page.text();
  EXPECT_TRUE(has(page, "pixmill_node_silence_seconds{node=\"a\"} 3"));
}

TEST(ClusterMetrics, LeaveLostNodesOut) {
  telemetry::metric_page page;
  add_cluster_metrics(page, {{.name = "a", .state = node_state::lost}});
  EXPECT_EQ(page.text().find("node=\"a\""), std::string::npos);
}

TEST(OriginMetrics, AddUpAllOrigins) {
  telemetry::metric_page page;
  add_origin_metrics(
    page, {{.origin = "a", .limit = 6, .budget = 6, .leased = 6},
           {.origin = "b", .limit = 3, .budget = 6, .leased = 2},
           {.origin = "c", .limit = 1, .budget = 6, .hold_ms = 900}});
  EXPECT_TRUE(has(page, "pixmill_origins 3")) << page.text();
  EXPECT_TRUE(has(page, "pixmill_origin_permits 8"));
  EXPECT_TRUE(has(page, "pixmill_origins_held 1"));
  EXPECT_TRUE(has(page, "pixmill_origins_limited 2"));
}

} // namespace
} // namespace pixmill::actors
