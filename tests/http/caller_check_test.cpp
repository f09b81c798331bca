#include "http/caller_check.hpp"

#include <gtest/gtest.h>

namespace pixmill::http {
namespace {

std::string code_for(std::string_view host, std::string_view origin,
                     std::string_view public_url = "http://127.0.0.1:8080") {
  const auto refused = refused_caller(host, origin, public_url);
  return refused ? refused->code : "";
}

TEST(CallerCheck, LetsThisMachineAsk) {
  for (const auto* host : {"127.0.0.1:8080", "127.1.2.3", "localhost:8080",
                           "localhost", "[::1]:8080", "[::1]"})
    EXPECT_EQ(code_for(host, ""), "") << host;
}

TEST(CallerCheck, LetsAProxyUnderThePublicUrlAsk) {
  EXPECT_EQ(code_for("img.shop.example", "", "https://img.shop.example"), "");
  EXPECT_EQ(code_for("img.shop.example:8443", "https://img.shop.example:8443",
                     "https://img.shop.example:8443/pixmill"),
            "");
}

TEST(CallerCheck, RefusesNamesOfOthers) {
  for (const auto* host : {"evil.example:8080", "127.0.0.1.evil.example",
                           "127.evil.example", "localhost.evil.example", ""})
    EXPECT_EQ(code_for(host, ""), "foreign-host") << host;
  EXPECT_EQ(code_for("evil.example", "http://evil.example"), "foreign-host");
}

TEST(CallerCheck, KnowsAnOrigin) {
  for (const auto* good : {"https://shop.example", "http://127.0.0.1:3000"})
    EXPECT_TRUE(is_origin(good)) << good;
  for (const auto* wrong :
       {"", "*", "null", "shop.example", "https://", "https://shop.example/",
        "https://shop.example/a", "https://*.example", "ftp://shop.example"})
    EXPECT_FALSE(is_origin(wrong)) << wrong;
}

TEST(CallerCheck, RefusesPagesOfOtherSites) {
  EXPECT_EQ(code_for("127.0.0.1:8080", "http://127.0.0.1:8080"), "");
  EXPECT_EQ(code_for("127.0.0.1:8080", "http://127.0.0.1:3000"),
            "foreign-origin");
  EXPECT_EQ(code_for("127.0.0.1:8080", "https://evil.example"),
            "foreign-origin");
  EXPECT_EQ(code_for("127.0.0.1:8080", "null"), "foreign-origin");
}

} // namespace
} // namespace pixmill::http
