#include <string>

#include <gtest/gtest.h>

#include "tests/net/fetching.hpp"
#include "tests/net/loopback_spellings.hpp"

namespace pixmill::net {
namespace {

using test::connection;
using test::loopback_server;

loopback_server::handler sends_to(const std::string& location) {
  return [location](connection& peer, const auto&, const auto&) {
    peer.answer("302 Found", "", "Location: " + location + "\r\n");
  };
}

void answers(connection& peer, const std::string&, const std::string&) {
  peer.answer("200 OK", "secret");
}

// Reaches no other machine: whatever is not refused before it is connected
// fails this test on loopback.
TEST(DownloaderGuard, ConnectsToNoSpellingOfLoopback) {
  loopback_server origin{answers};
  fetch_settings settings;
  settings.allow_ports = {origin.port()};
  const auto engine = downloader::create(settings);
  for (const std::string host : test::loopback_spellings) {
    const auto got = test::fetch(
      **engine, "http://" + host + ":" + std::to_string(origin.port()) + "/");
    EXPECT_EQ(got.why.code, errc::address_blocked)
      << host << ": " << got.why.word() << " " << got.why.detail;
    EXPECT_FALSE(got.body);
  }
  EXPECT_EQ(origin.connections(), 0);
}

TEST(DownloaderGuard, SaysWhichAddressItRefused) {
  const auto engine = downloader::create({});
  const auto got = test::fetch(**engine, "http://127.1/");
  EXPECT_EQ(got.why.detail, "127.0.0.1 is not a public address");
}

TEST(DownloaderGuard, RefusesPortsThatAreNotAllowed) {
  loopback_server origin{answers};
  const auto engine = downloader::create(test::loopback_settings({}));
  const auto got = test::fetch(**engine, origin.url());
  EXPECT_EQ(got.why.code, errc::address_blocked);
  EXPECT_EQ(got.why.detail,
            "port " + std::to_string(origin.port()) + " is not allowed");
  EXPECT_EQ(origin.connections(), 0);
}

TEST(DownloaderGuard, RefusesRedirectsToPortsThatAreNotAllowed) {
  loopback_server inner{answers};
  loopback_server outer{sends_to(inner.url())};
  EXPECT_EQ(test::fetch_once(outer).why.code, errc::address_blocked);
  EXPECT_EQ(inner.connections(), 0);
}

TEST(DownloaderGuard, RefusesRedirectsToOtherSpellingsOfAnOpenHost) {
  for (const std::string host : test::loopback_spellings) {
    if (host == "127.0.0.1")
      continue;
    loopback_server inner{answers};
    loopback_server outer{
      sends_to("http://" + host + ":" + std::to_string(inner.port()) + "/")};
    const auto engine =
      downloader::create(test::loopback_settings({outer.port(), inner.port()}));
    const auto got = test::fetch(**engine, outer.url());
    EXPECT_EQ(got.why.code, errc::address_blocked)
      << host << ": " << got.why.word() << " " << got.why.detail;
    EXPECT_EQ(inner.connections(), 0);
  }
}

// The connection exists already, so no socket is opened that could be judged.
TEST(DownloaderGuard, RefusesThemOnConnectionsThatAreOpenAlready) {
  std::string location;
  loopback_server origin{[&](connection& peer, const auto& path, const auto&) {
    if (path == "/")
      peer.answer("302 Found", "", "Location: " + location + "\r\n");
    else
      peer.answer("200 OK", "secret");
  }};
  const auto port = std::to_string(origin.port());
  const auto engine =
    downloader::create(test::loopback_settings({origin.port()}));
  for (const std::string host : {"2130706433", "127.1", "[::ffff:7f00:1]"}) {
    location = "http://";
    location.append(host).append(":").append(port).append("/secret");
    const auto before = origin.requests();
    EXPECT_EQ(test::fetch(**engine, origin.url()).why.code,
              errc::address_blocked);
    EXPECT_EQ(origin.requests(), before + 1);
  }
  location = origin.url("/fine");
  EXPECT_FALSE(test::fetch(**engine, origin.url()).why);
}

TEST(DownloaderGuard, DoesNotOpenRangesToRedirectsFromElsewhere) {
  loopback_server inner{answers};
  loopback_server outer{sends_to(inner.url())};
  const auto engine =
    downloader::create(test::loopback_settings({outer.port(), inner.port()}));
  const auto got = test::fetch(
    **engine, "http://127.0.0.2:" + std::to_string(outer.port()) + "/");
  // 127.0.0.2 reaches no listener of 127.0.0.1; another name for it does.
  EXPECT_EQ(got.why.code, errc::connect);
  const auto named = test::fetch(
    **engine, "http://localhost:" + std::to_string(outer.port()) + "/");
  EXPECT_EQ(named.why.code, errc::address_blocked);
  EXPECT_EQ(named.why.detail, "redirected: 127.0.0.1 is not a public address");
  EXPECT_EQ(inner.connections(), 0);
}

TEST(DownloaderGuard, RefusesRedirectsToOtherSchemes) {
  for (const std::string location :
       {"file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://127.0.0.1/_x",
        "dict://127.0.0.1/x", "ldap://127.0.0.1/x", "data:image/png;base64,AA",
        "javascript:alert(1)", "smb://127.0.0.1/x"}) {
    loopback_server origin{sends_to(location)};
    const auto got = test::fetch_once(origin);
    EXPECT_EQ(got.why.code, errc::address_blocked)
      << location << ": " << got.why.word() << " " << got.why.detail;
    EXPECT_FALSE(got.body);
  }
}

} // namespace
} // namespace pixmill::net
