#include "cluster/endpoint.hpp"

#include <gtest/gtest.h>

#include "model/errc.hpp"

namespace pixmill::cluster {
namespace {

TEST(Endpoint, ReadsAHostAndAPort) {
  EXPECT_EQ(*endpoint::parse("head.example:4242", false),
            (endpoint{"head.example", 4242}));
  EXPECT_EQ(*endpoint::parse("[::1]:4242", false), (endpoint{"::1", 4242}));
  EXPECT_EQ(endpoint::parse("[::1]:4242", false)->str(), "[::1]:4242");
  EXPECT_EQ(endpoint::parse("127.0.0.1:0", true)->port, 0);
}

TEST(Endpoint, RefusesWhatIsNone) {
  for (const auto* text : {"", "4242", "host", "host:", ":4242", "host:x",
                           "host:70000", "::1:4242", "host:0", "host:4242 "})
    EXPECT_FALSE(endpoint::parse(text, false)) << text;
}

TEST(Endpoint, KnowsLoopback) {
  for (const auto* text : {"127.0.0.1:1", "127.9.9.9:1", "localhost:1"})
    EXPECT_TRUE(endpoint::parse(text, false)->is_loopback()) << text;
  for (const auto* text : {"0.0.0.0:1", "10.0.0.1:1", "example.com:1"})
    EXPECT_FALSE(endpoint::parse(text, false)->is_loopback()) << text;
}

TEST(Endpoint, SaysWhenNobodyListens) {
  const auto reason = probe({"127.0.0.1", 1}, std::chrono::seconds{1});
  EXPECT_EQ(code_of(reason, errc::none), errc::connect);
}

} // namespace
} // namespace pixmill::cluster
