#include "net/web_address.hpp"

#include <string>

#include <gtest/gtest.h>

#include "model/errc.hpp"

namespace pixmill::net {
namespace {

web_address parse(const std::string& url) {
  return *web_address::parse(url);
}

std::string origin_of(const std::string& url) {
  return parse(url).origin();
}

TEST(WebAddress, HasTheOriginOfItsSchemeHostAndPort) {
  EXPECT_EQ(origin_of("http://Shop.Example/a.jpg"), "http://shop.example:80");
  EXPECT_EQ(origin_of("https://shop.example"), "https://shop.example:443");
  EXPECT_EQ(origin_of("HTTP://u:p@shop.example:8080/?q#f"),
            "http://shop.example:8080");
  EXPECT_EQ(origin_of("http://[2A00::1]:80/"), "http://[2a00::1]:80");
  EXPECT_EQ(origin_of("http://0x7f.1/"), "http://127.0.0.1:80");
}

TEST(WebAddress, HasTheOriginThatAUrlNames) {
  for (const std::string url :
       {"http://Shop.Example/a.jpg", "https://shop.example",
        "HTTP://u:p@shop.example:8080/?q#f", "http://[2A00::1]:81/",
        "http://[2A00::1]/x", "https://shop.example?q=http://other/",
        "http://shop.example:/a", "https://xn--bcher-kva.example/%20a.jpg"})
    EXPECT_EQ(origin_named_by(url), origin_of(url)) << url;
  for (const std::string text :
       {"", "a/b.jpg", "ftp://shop.example/", "http://", "http:///a", "://a"})
    EXPECT_EQ(origin_named_by(text), "") << text;
}

TEST(WebAddress, KeepsTheUrlAsItIs) {
  EXPECT_EQ(parse("http://Shop.Example/A%2f").url(),
            "http://Shop.Example/A%2f");
}

TEST(WebAddress, ResolvesReferences) {
  const auto base = parse("http://shop.example/a/b.jpg?q");
  const auto leads = [&](const std::string& location) {
    return base.resolve(location)->url();
  };
  EXPECT_EQ(leads("c.jpg"), "http://shop.example/a/c.jpg");
  EXPECT_EQ(leads("/c.jpg"), "http://shop.example/c.jpg");
  EXPECT_EQ(leads("../c.jpg"), "http://shop.example/c.jpg");
  EXPECT_EQ(leads("//cdn.example/c"), "http://cdn.example/c");
  EXPECT_EQ(leads("HTTPS://cdn.example/c"), "https://cdn.example/c");
}

TEST(WebAddress, KnowsWhetherARedirectStaysAtItsHost) {
  const auto base = parse("http://10.0.0.1:8080/a");
  const auto stays = [&](const std::string& location) {
    return base.resolve(location)->at_first_host();
  };
  EXPECT_TRUE(base.at_first_host());
  EXPECT_TRUE(stays("b"));
  EXPECT_TRUE(stays("/b//c?http://d"));
  EXPECT_TRUE(stays("//10.0.0.1/b"));
  EXPECT_TRUE(stays("https://10.0.0.1/b"));
  EXPECT_TRUE(stays("http://u:p@10.0.0.1:8080/b"));
  EXPECT_FALSE(stays("http://10.0.0.2/b"));
  EXPECT_FALSE(stays("http://167772161/b"));
  EXPECT_FALSE(stays("http://10.1/b"));
  EXPECT_FALSE(stays("http://[::ffff:10.0.0.1]/b"));
  EXPECT_FALSE(stays("http://10.0.0.1@shop.example/b"));
  EXPECT_FALSE(stays("http://10.0.0.1:80@shop.example/b"));
  EXPECT_FALSE(stays("http://shop.example#@10.0.0.1/b"));
}

TEST(WebAddress, DoesNotComeBackToItsHost) {
  const auto there = *parse("http://10.0.0.1/").resolve("http://10.0.0.2/");
  EXPECT_FALSE(there.resolve("http://10.0.0.1/")->at_first_host());
}

TEST(WebAddress, LeadsNowhereButTheWeb) {
  const auto base = parse("http://shop.example/");
  for (const std::string location :
       {"file:///etc/hostname", "ftp://x/", "data:image/png,x", "FILE:/x"})
    EXPECT_EQ(code_of(base.resolve(location).error(), errc::none),
              errc::address_blocked)
      << location;
  for (const std::string location : {"http://", "http://[", "//"})
    EXPECT_EQ(code_of(base.resolve(location).error(), errc::none),
              errc::url_invalid)
      << location;
}

} // namespace
} // namespace pixmill::net
