#include "http/node_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pixmill::http {
namespace {

using nlohmann::json;

TEST(NodeJson, TellsANodeAsTheContractSays) {
  const actors::node_status node{.name = "a",
                                 .incarnation = 0xabc,
                                 .state = actors::node_state::draining,
                                 .build = "1.2.3",
                                 .labels = {"rack=3"},
                                 .codecs = {"jpeg", "avif"},
                                 .credit = 8,
                                 .used = 3,
                                 .cpu_ppm = 250'000,
                                 .finished_per_ks = 1'500,
                                 .silent_ms = 40,
                                 .rtt_us = 1'250,
                                 .since = 1'000};
  const auto told = json::parse(to_json(node));
  EXPECT_EQ(told["id"], "nod_0000000000000abc");
  EXPECT_EQ(told["state"], "draining");
  EXPECT_EQ(told["cpu"], 0.25);
  EXPECT_EQ(told["images_per_s"], 1.5);
  EXPECT_EQ(told["last_heartbeat_s"], 0.04);
  EXPECT_EQ(told["rtt_ms"], 1.25);
  EXPECT_EQ(told["labels"], json::array({"rack=3"}));
  EXPECT_EQ(told["codecs"], (json::array({"jpeg", "avif"})));
  EXPECT_EQ(told["since"], "1970-01-01T00:00:01.000Z");
}

TEST(NodeJson, HasNoRoundTripUntilOneWasMeasured) {
  const auto told =
    json::parse(to_json(std::vector<actors::node_status>{{.name = "a"}}, "x"));
  EXPECT_TRUE(told["nodes"][0]["rtt_ms"].is_null());
  EXPECT_EQ(told["at"], "x");
}

} // namespace
} // namespace pixmill::http
