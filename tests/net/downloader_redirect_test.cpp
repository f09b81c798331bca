#include <string>

#include <gtest/gtest.h>

#include "tests/net/fetching.hpp"

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;
using test::connection;
using test::fetch_once;
using test::loopback_server;
using test::loopback_settings;

// /N leads to /N-1, and /0 is the image.
void counts_down(connection& peer, const std::string& path,
                 const std::string&) {
  const auto left = std::stoi(path.substr(1));
  if (left == 0)
    peer.answer("200 OK", "image");
  else
    peer.answer("302 Found", "moved",
                "Location: " + std::to_string(left - 1) + "\r\n");
}

TEST(DownloaderRedirect, FollowsFive) {
  const loopback_server origin{counts_down};
  const auto got = fetch_once(origin, "/5");
  ASSERT_TRUE(got.body) << got.why.detail;
  EXPECT_EQ(*got.body, "image");
  EXPECT_EQ(origin.connections(), 1);
}

TEST(DownloaderRedirect, EndsAtTheSixth) {
  const loopback_server origin{counts_down};
  EXPECT_EQ(fetch_once(origin, "/6").why.code, errc::redirect_limit);
  EXPECT_EQ(origin.requests(), 6);
}

TEST(DownloaderRedirect, FollowsEveryKindWithGet) {
  for (const std::string status : {"301", "302", "303", "307", "308"}) {
    const loopback_server origin{
      [&](connection& peer, const auto& path, const auto& head) {
        EXPECT_EQ(head.substr(0, 4), "GET ");
        if (path == "/")
          peer.answer(status + " Moved", "", "location:  /there \r\n");
        else
          peer.answer("200 OK", path);
      }};
    const auto got = fetch_once(origin);
    ASSERT_TRUE(got.body) << got.why.detail;
    EXPECT_EQ(*got.body, "/there");
  }
}

TEST(DownloaderRedirect, EncodesWhatOriginsLeaveRaw) {
  const loopback_server origin{
    [](connection& peer, const auto& path, const auto&) {
      if (path == "/")
        peer.answer("302 Found", "", "Location: /a b/\xc3\xa9.jpg\r\n");
      else
        peer.answer("200 OK", path);
    }};
  const auto got = fetch_once(origin);
  ASSERT_TRUE(got.body) << got.why.detail;
  EXPECT_EQ(*got.body, "/a%20b/%c3%a9.jpg");
}

TEST(DownloaderRedirect, LeadsToOtherOrigins) {
  const loopback_server inner{
    [](connection& peer, const auto&, const auto& head) {
      EXPECT_EQ(head.find("Authorization"), head.npos);
      peer.answer("200 OK", "image");
    }};
  const loopback_server outer{
    [&](connection& peer, const auto&, const auto& head) {
      EXPECT_NE(head.find("Authorization: Basic"), head.npos);
      peer.answer("302 Found", "", "Location: " + inner.url() + "\r\n");
    }};
  const auto engine =
    downloader::create(loopback_settings({inner.port(), outer.port()}));
  const auto got =
    test::fetch(**engine, "http://user:word@127.0.0.1:"
                            + std::to_string(outer.port()) + "/");
  EXPECT_FALSE(got.why) << got.why.detail;
}

TEST(DownloaderRedirect, NeedsAHost) {
  const loopback_server origin{[](connection& peer, const auto&, const auto&) {
    peer.answer("302 Found", "", "Location: http://\r\n");
  }};
  EXPECT_EQ(fetch_once(origin).why.code, errc::url_invalid);
}

TEST(DownloaderRedirect, WaitsForAnOriginThatAskedForAPause) {
  loopback_server inner{
    [&, n = 0](connection& peer, const auto&, const auto&) mutable {
      if (n++ == 0)
        peer.answer("503 Busy", "", "Retry-After: 1\r\n");
      else
        peer.answer("200 OK", "image");
    }};
  const loopback_server outer{[&](connection& peer, const auto&, const auto&) {
    peer.answer("302 Found", "", "Location: " + inner.url() + "\r\n");
  }};
  const auto engine =
    downloader::create(loopback_settings({inner.port(), outer.port()}));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(test::fetch(**engine, outer.url()).why.word(), "http_503");
  EXPECT_FALSE(test::fetch(**engine, outer.url()).why);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 1s);
  EXPECT_EQ(outer.requests(), 2);
}

} // namespace
} // namespace pixmill::net
