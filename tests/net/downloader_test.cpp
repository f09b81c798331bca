#include "net/downloader.hpp"

#include <cstdlib>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/net/fetching.hpp"

namespace pixmill::net {
namespace {

using test::connection;
using test::fetch;
using test::fetch_once;
using test::loopback_server;
using test::loopback_settings;

// An origin that says the same to everyone, then perhaps hangs up.
loopback_server::handler says(const std::string& text,
                              bool then_close = false) {
  return [text, then_close](connection& peer, const auto&, const auto&) {
    peer.send(text);
    if (then_close)
      peer.close();
  };
}

TEST(Downloader, HandsOutTheBodyAsItWasSent) {
  const std::string body("\0JPEG\xff\r\n\r\n", 10);
  loopback_server origin{[&](connection& peer, const auto&, const auto&) {
    peer.answer("200 OK", body);
  }};
  const auto got = fetch_once(origin);
  EXPECT_FALSE(got.why) << got.why.detail;
  ASSERT_TRUE(got.body);
  EXPECT_EQ(*got.body, body);
}

TEST(Downloader, TakesChunkedBodies) {
  loopback_server origin{says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
                              "\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")};
  const auto got = fetch_once(origin);
  ASSERT_TRUE(got.body) << got.why.detail;
  EXPECT_EQ(*got.body, "abcde");
}

TEST(Downloader, TakesBodiesThatEndWithTheConnection) {
  loopback_server origin{says("HTTP/1.0 200 OK\r\n\r\nabc", true)};
  const auto got = fetch_once(origin);
  ASSERT_TRUE(got.body) << got.why.detail;
  EXPECT_EQ(*got.body, "abc");
}

TEST(Downloader, IntroducesItself) {
  std::string head;
  {
    loopback_server origin{
      [&](connection& peer, const auto&, const auto& request) {
        head = request;
        peer.answer("200 OK", "x");
      }};
    fetch_once(origin);
  }
  EXPECT_NE(head.find("User-Agent: Pixmill/" PIXMILL_VERSION "\r\n"),
            head.npos);
  EXPECT_NE(head.find("Accept: image/*,*/*;q=0.5\r\n"), head.npos);
  EXPECT_NE(head.find("Accept-Encoding: identity\r\n"), head.npos);
  EXPECT_EQ(head.find("Cookie"), head.npos);
}

TEST(Downloader, TellsOriginsWhichTraceTheyArePartOf) {
  std::vector<std::string> heads;
  loopback_server origin{
    [&](connection& peer, const auto& path, const auto& request) {
      heads.push_back(request);
      if (path == "/from")
        peer.send("HTTP/1.1 302 Found\r\nLocation: /to\r\n"
                  "Content-Length: 0\r\n\r\n");
      else
        peer.answer("200 OK", "x");
    }};
  const auto engine = downloader::create(loopback_settings({origin.port()}));
  const auto fetch_traced = [&](const std::string& path, const char* trace) {
    std::promise<void> done;
    (*engine)->start({.url = origin.url(path), .trace = trace},
                     [&](const download&) { done.set_value(); });
    done.get_future().wait();
  };
  const std::string before =
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-";
  const auto parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  fetch_traced("/from", parent);
  fetch_traced("/", "");
  fetch_traced("/", "nonsense\r\nX: y");
  ASSERT_EQ(heads.size(), 4u);
  const auto at = heads[0].find(before);
  ASSERT_NE(at, heads[0].npos) << heads[0];
  const auto span = heads[0].substr(at + before.size(), 16);
  EXPECT_NE(span, "b7ad6b7169203331");
  EXPECT_EQ(heads[0].substr(at + before.size() + 16, 5), "-01\r\n");
  EXPECT_NE(heads[1].find(before + span), heads[1].npos);
  for (const auto i : {2, 3})
    EXPECT_EQ(heads[i].find("traceparent"), heads[i].npos) << heads[i];
}

TEST(Downloader, KeepsConnections) {
  loopback_server origin{[](connection& peer, const auto&, const auto&) {
    peer.answer("200 OK", "x");
  }};
  const auto engine = downloader::create(loopback_settings({origin.port()}));
  for (int n = 0; n < 5; ++n)
    EXPECT_FALSE(fetch(**engine, origin.url()).why);
  EXPECT_EQ(origin.requests(), 5);
  EXPECT_EQ(origin.connections(), 1);
}

TEST(Downloader, KeepsConnectionsThroughRefusals) {
  loopback_server origin{[](connection& peer, const auto&, const auto&) {
    peer.answer("404 Not Found", "no such image");
  }};
  const auto engine = downloader::create(loopback_settings({origin.port()}));
  for (int n = 0; n < 3; ++n)
    fetch(**engine, origin.url());
  EXPECT_EQ(origin.connections(), 1);
}

TEST(Downloader, IgnoresTheProxyOfTheEnvironment) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread reads it yet.
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  loopback_server origin{says("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")};
  const auto got = fetch_once(origin);
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  unsetenv("http_proxy");
  EXPECT_FALSE(got.why) << got.why.detail;
}

TEST(Downloader, RefusesMalformedSettings) {
  auto settings = loopback_settings({});
  settings.allow_cidrs = {"10.0.0.0/33"};
  const auto engine = downloader::create(settings);
  ASSERT_FALSE(engine);
  EXPECT_EQ(code_of(engine.error(), errc::none), errc::config_invalid);
  EXPECT_NE(context_of(engine.error()).find("10.0.0.0/33"), std::string::npos);
}

TEST(Downloader, EndsWhatIsOutstandingWithItself) {
  loopback_server origin{[](connection& peer, const auto&, const auto&) {
    peer.wait_until_closed();
  }};
  auto settings = loopback_settings({origin.port()});
  settings.per_origin = 1;
  auto engine = downloader::create(settings);
  auto active = test::begin(**engine, origin.url("/active"));
  auto queued = test::begin(**engine, origin.url("/queued"));
  EXPECT_TRUE(test::eventually([&] { return origin.requests() == 1; }));
  engine->reset();
  EXPECT_EQ(test::wait(active.second).why.code, errc::canceled);
  EXPECT_EQ(test::wait(queued.second).why.code, errc::canceled);
}

TEST(Downloader, CountsWhatItDoes) {
  loopback_server origin{[](connection& peer, const auto& path, const auto&) {
    peer.answer(path == "/ok" ? "200 OK" : "404 Not Found", "12345");
  }};
  const auto engine = downloader::create(loopback_settings({origin.port()}));
  const auto body = fetch(**engine, origin.url("/ok")).body;
  fetch(**engine, origin.url("/gone"));
  const auto load = (*engine)->load();
  EXPECT_EQ(load.finished, 2u);
  EXPECT_EQ(load.failed, 1u);
  EXPECT_EQ(load.active, 0u);
  EXPECT_EQ(load.queued, 0u);
  EXPECT_GE(load.bytes_held, 5u);
}

} // namespace
} // namespace pixmill::net
