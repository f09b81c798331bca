#include <atomic>
#include <latch>
#include <string>

#include <gtest/gtest.h>

#include "net/body_sink.hpp"
#include "tests/net/fetching.hpp"

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;
using test::begin;
using test::connection;
using test::loopback_server;
using test::loopback_settings;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t body_bytes = 1024 * kib;

loopback_server::handler large_bodies(bool chunked) {
  return [chunked](connection& peer, const auto&, const auto&) {
    const std::string body(body_bytes, 'x');
    if (!chunked)
      return peer.answer("200 OK", body);
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int n = 0; n < 16; ++n)
      peer.send("10000\r\n" + body.substr(0, 65536) + "\r\n");
    peer.send("0\r\n\r\n");
  };
}

fetch_settings within(std::uint64_t budget, std::uint16_t port) {
  auto result = loopback_settings({port});
  result.memory_budget = budget;
  result.per_origin = 16;
  return result;
}

TEST(DownloaderBudget, StartsNothingWhileItIsSpentOnBodies) {
  const loopback_server origin{large_bodies(false)};
  const auto engine =
    downloader::create(within(body_bytes + 100 * kib, origin.port()));
  auto held = test::fetch(**engine, origin.url());
  ASSERT_TRUE(held.body);
  EXPECT_EQ((*engine)->load().bytes_held, held.body->capacity());
  auto next = begin(**engine, origin.url());
  EXPECT_EQ(next.second.wait_for(100ms), std::future_status::timeout);
  EXPECT_EQ(origin.requests(), 1);
  held.body.reset();
  EXPECT_FALSE(test::wait(next.second).why);
}

TEST(DownloaderBudget, PausesTransfersThatOutgrowIt) {
  for (const bool chunked : {false, true}) {
    const loopback_server origin{large_bodies(chunked)};
    // Room for the first charge of the second transfer, not for its body.
    const auto engine = downloader::create(
      within(body_bytes + body_sink::first_charge + 10 * kib, origin.port()));
    auto held = test::fetch(**engine, origin.url());
    ASSERT_TRUE(held.body) << held.why.detail;
    auto next = begin(**engine, origin.url());
    EXPECT_TRUE(test::eventually([&] { return origin.requests() == 2; }));
    EXPECT_EQ(next.second.wait_for(100ms), std::future_status::timeout);
    held.body.reset();
    const auto got = test::wait(next.second);
    ASSERT_TRUE(got.body) << got.why.detail;
    EXPECT_EQ(*got.body, std::string(body_bytes, 'x'));
  }
}

TEST(DownloaderBudget, CountsNoPauseAgainstTheDeadline) {
  const loopback_server origin{large_bodies(false)};
  auto settings =
    within(body_bytes + body_sink::first_charge + 10 * kib, origin.port());
  settings.total_timeout = 2s;
  const auto engine = downloader::create(settings);
  auto held = test::fetch(**engine, origin.url());
  auto next = begin(**engine, origin.url());
  EXPECT_EQ(next.second.wait_for(2500ms), std::future_status::timeout);
  held.body.reset();
  EXPECT_FALSE(test::wait(next.second).why);
}

TEST(DownloaderBudget, LetsOneThroughWhenAllAreTooLarge) {
  for (const bool chunked : {false, true}) {
    const loopback_server origin{large_bodies(chunked)};
    for (const auto budget : {0 * kib, 10 * kib, 1000 * kib, 3000 * kib}) {
      const auto engine = downloader::create(within(budget, origin.port()));
      std::atomic<int> good{0};
      std::latch ended{12};
      for (int n = 0; n < 12; ++n)
        (*engine)->start({.url = origin.url()}, [&](const download& got) {
          good += got.body && got.body->size() == body_bytes ? 1 : 0;
          ended.count_down();
        });
      EXPECT_TRUE(test::eventually([&] { return ended.try_wait(); }));
      EXPECT_EQ(good, 12) << budget;
      EXPECT_TRUE(
        test::eventually([&] { return (*engine)->load().bytes_held == 0; }));
    }
  }
}

TEST(DownloaderBudget, CancelsWhatIsPaused) {
  const loopback_server origin{large_bodies(false)};
  const auto engine = downloader::create(
    within(body_bytes + body_sink::first_charge + 10 * kib, origin.port()));
  const auto held = test::fetch(**engine, origin.url());
  auto next = begin(**engine, origin.url());
  EXPECT_TRUE(test::eventually([&] { return origin.requests() == 2; }));
  (*engine)->cancel(next.first);
  EXPECT_EQ(test::wait(next.second).why.code, errc::canceled);
  EXPECT_EQ((*engine)->load().bytes_held, held.body->capacity());
}

TEST(DownloaderBudget, OutlivesTheEngine) {
  std::shared_ptr<const std::string> body;
  {
    const loopback_server origin{large_bodies(false)};
    body = test::fetch_once(origin).body;
  }
  ASSERT_TRUE(body);
  EXPECT_EQ(body->size(), body_bytes);
}

} // namespace
} // namespace pixmill::net
