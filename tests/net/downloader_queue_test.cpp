#include <atomic>
#include <latch>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "net/web_address.hpp"
#include "tests/net/fetching.hpp"

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::begin;
using test::connection;
using test::loopback_server;
using test::loopback_settings;

void answers(connection& peer, const std::string&, const std::string&) {
  peer.answer("200 OK", "image");
}

void hangs(connection& peer, const std::string&, const std::string&) {
  peer.wait_until_closed();
}

TEST(DownloaderQueue, KeepsToTheLimitOfAnOrigin) {
  std::latch let_go{1};
  const loopback_server origin{[&](connection& peer, const auto&, const auto&) {
    let_go.wait();
    peer.answer("200 OK", "image");
  }};
  auto settings = loopback_settings({origin.port()});
  settings.per_origin = 3;
  const auto engine = downloader::create(settings);
  std::vector<std::future<download>> pending;
  pending.reserve(20);
  for (int n = 0; n < 20; ++n)
    pending.push_back(begin(**engine, origin.url()).second);
  EXPECT_TRUE(test::eventually([&] { return origin.requests() == 3; }));
  EXPECT_EQ((*engine)->load().active, 3u);
  EXPECT_EQ((*engine)->load().queued, 17u);
  let_go.count_down();
  for (auto& each : pending)
    EXPECT_FALSE(test::wait(each).why);
  EXPECT_EQ(origin.most_at_once(), 3);
  EXPECT_EQ(origin.connections(), 3);
}

TEST(DownloaderQueue, KeepsToTheLimitOfTheNode) {
  std::latch let_go{1};
  const auto waits = [&](connection& peer, const auto&, const auto&) {
    let_go.wait();
    peer.answer("200 OK", "image");
  };
  const loopback_server one{waits};
  const loopback_server other{waits};
  auto settings = loopback_settings({one.port(), other.port()});
  settings.max_transfers = 4;
  const auto engine = downloader::create(settings);
  std::vector<std::future<download>> pending;
  pending.reserve(20);
  for (int n = 0; n < 10; ++n) {
    pending.push_back(begin(**engine, one.url()).second);
    pending.push_back(begin(**engine, other.url()).second);
  }
  EXPECT_TRUE(
    test::eventually([&] { return one.requests() + other.requests() == 4; }));
  EXPECT_EQ((*engine)->load().active, 4u);
  let_go.count_down();
  for (auto& each : pending)
    EXPECT_FALSE(test::wait(each).why);
  EXPECT_LE(one.most_at_once() + other.most_at_once(), 8);
}

TEST(DownloaderQueue, LetsNoSlowOriginHoldUpAnother) {
  const loopback_server slow{hangs};
  const loopback_server quick{answers};
  const auto engine =
    downloader::create(loopback_settings({slow.port(), quick.port()}));
  std::vector<std::future<download>> stuck;
  stuck.reserve(500);
  for (int n = 0; n < 500; ++n)
    stuck.push_back(begin(**engine, slow.url()).second);
  for (int n = 0; n < 20; ++n)
    EXPECT_FALSE(test::fetch(**engine, quick.url()).why);
}

TEST(DownloaderQueue, LeavesAnOriginAloneForAsLongAsItAsked) {
  const loopback_server origin{
    [n = 0](connection& peer, const auto&, const auto&) mutable {
      if (n++ == 0)
        peer.answer("429 Too Many", "", "Retry-After: 3\r\n");
      else
        peer.answer("200 OK", "image");
    }};
  const loopback_server other{answers};
  const auto engine =
    downloader::create(loopback_settings({origin.port(), other.port()}));
  const auto began = steady_clock::now();
  const auto refused = test::fetch(**engine, origin.url());
  EXPECT_EQ(refused.why.code, errc::rate_limited);
  EXPECT_EQ(refused.retry_after, 3s);
  auto waiting = begin(**engine, origin.url());
  EXPECT_FALSE(test::fetch(**engine, other.url()).why);
  EXPECT_EQ((*engine)->load().queued, 1u);
  EXPECT_FALSE(test::wait(waiting.second).why);
  EXPECT_GE(steady_clock::now() - began, 3s);
}

TEST(DownloaderQueue, CapsRetryAfterAndTakesDates) {
  for (const std::string value : {"86400", "Fri, 31 Dec 2100 23:59:59 GMT"}) {
    const loopback_server origin{
      [&](connection& peer, const auto&, const auto&) {
        peer.answer("503 Busy", "", "Retry-After: " + value + "\r\n");
      }};
    EXPECT_EQ(test::fetch_once(origin).retry_after, 300s) << value;
  }
}

TEST(DownloaderQueue, IgnoresRetryAfterThatMakesNoSense) {
  for (const std::string value :
       {"", "soon", "-5", "0", "Thu, 01 Jan 1970 00:00:00 GMT"}) {
    const loopback_server origin{
      [&](connection& peer, const auto&, const auto&) {
        peer.answer("503 Busy", "", "Retry-After: " + value + "\r\n");
      }};
    EXPECT_EQ(test::fetch_once(origin).retry_after, std::nullopt) << value;
  }
}

TEST(DownloaderQueue, CancelsWhatIsUnderWay) {
  const loopback_server origin{hangs};
  const auto engine = downloader::create(loopback_settings({origin.port()}));
  auto pending = begin(**engine, origin.url());
  EXPECT_TRUE(test::eventually([&] { return origin.requests() == 1; }));
  const auto began = steady_clock::now();
  (*engine)->cancel(pending.first);
  EXPECT_EQ(test::wait(pending.second).why.code, errc::canceled);
  EXPECT_LT(steady_clock::now() - began, 10s); // It hangs for a minute.
  EXPECT_EQ((*engine)->load().bytes_held, 0u);
}

TEST(DownloaderQueue, CancelsWhatWaits) {
  const loopback_server origin{hangs};
  auto settings = loopback_settings({origin.port()});
  settings.per_origin = 1;
  const auto engine = downloader::create(settings);
  const auto active = begin(**engine, origin.url());
  auto queued = begin(**engine, origin.url("/queued"));
  (*engine)->cancel(queued.first);
  EXPECT_EQ(test::wait(queued.second).why.code, errc::canceled);
  EXPECT_TRUE(test::eventually([&] { return origin.requests() == 1; }));
  EXPECT_EQ((*engine)->load().queued, 0u);
}

TEST(DownloaderQueue, IgnoresCancelsThatComeTooLate) {
  const loopback_server origin{answers};
  const auto engine = downloader::create(loopback_settings({origin.port()}));
  auto first = begin(**engine, origin.url());
  EXPECT_FALSE(test::wait(first.second).why);
  (*engine)->cancel(first.first);
  (*engine)->cancel(12345);
  EXPECT_FALSE(test::fetch(**engine, origin.url()).why);
}

TEST(DownloaderQueue, GivesTheSlotOfACanceledTransferToTheNext) {
  const loopback_server origin{
    [](connection& peer, const auto& path, const auto&) {
      if (path == "/hang")
        peer.wait_until_closed();
      else
        peer.answer("200 OK", "image");
    }};
  auto settings = loopback_settings({origin.port()});
  settings.per_origin = 1;
  const auto engine = downloader::create(settings);
  const auto stuck = begin(**engine, origin.url("/hang"));
  auto next = begin(**engine, origin.url("/next"));
  (*engine)->cancel(stuck.first);
  EXPECT_FALSE(test::wait(next.second).why);
}

// Looks, and waits for what there is to be seen.
std::vector<origin_activity> look(downloader& at) {
  const auto seen =
    std::make_shared<std::promise<std::vector<origin_activity>>>();
  auto told = seen->get_future();
  at.look([seen](const auto& x) { seen->set_value(x); });
  return told.get();
}

TEST(DownloaderQueue, AsksForPermitsWhenItIsGoverned) {
  std::latch let_go{1};
  const loopback_server origin{[&](connection& peer, const auto&, const auto&) {
    let_go.wait();
    peer.answer("200 OK", "image");
  }};
  const auto engine = downloader::create(loopback_settings({origin.port()}));
  std::atomic<int> looks = 0;
  (*engine)->govern({.look = [&] { ++looks; }});
  std::vector<std::future<download>> pending;
  for (int n = 0; n < 5; ++n)
    pending.push_back(begin(**engine, origin.url()).second);
  EXPECT_TRUE(test::eventually([&] { return looks == 1; }));
  EXPECT_TRUE(test::eventually([&] { return look(**engine).size() == 1; }));
  auto seen = look(**engine)[0];
  EXPECT_EQ(seen.waiting, 5u);
  EXPECT_EQ(seen.active, 0u);
  (*engine)->permit({{.origin = seen.origin, .transfers = 2, .version = 1}});
  EXPECT_TRUE(test::eventually([&] { return origin.requests() == 2; }));
  seen = look(**engine)[0];
  EXPECT_EQ(seen.permitted, 2u);
  EXPECT_EQ(seen.active, 2u);
  EXPECT_EQ(seen.waiting, 3u);
  let_go.count_down();
  for (auto& each : pending)
    EXPECT_FALSE(test::wait(each).why);
  EXPECT_EQ(origin.most_at_once(), 2);
  EXPECT_EQ(looks, 1);
}

TEST(DownloaderQueue, TurnsAwayWhatWouldWaitForAnOriginForLong) {
  const loopback_server origin{[](connection& peer, const auto&, const auto&) {
    peer.answer("503 Busy", "", "Retry-After: 30\r\n");
  }};
  const auto engine = downloader::create(loopback_settings({origin.port()}));
  std::atomic<int> looks = 0;
  (*engine)->govern({.look = [&] { ++looks; }});
  std::vector<std::future<download>> pending;
  for (int n = 0; n < 3; ++n)
    pending.push_back(begin(**engine, origin.url()).second);
  (*engine)->permit(
    {{.origin = origin_named_by(origin.url()), .transfers = 1, .version = 1}});
  const auto first = test::wait(pending[0]);
  EXPECT_EQ(first.why.http_status, 503);
  EXPECT_FALSE(first.untried);
  for (int n : {1, 2}) {
    const auto other = test::wait(pending[static_cast<std::size_t>(n)]);
    EXPECT_EQ(other.why.code, errc::rate_limited);
    EXPECT_TRUE(other.untried);
    EXPECT_GT(other.retry_after, 25s);
  }
  EXPECT_TRUE(test::fetch(**engine, origin.url()).untried);
  EXPECT_EQ(origin.requests(), 1);
  EXPECT_TRUE(test::eventually([&] { return looks == 2; }));
  const auto seen = look(**engine);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].refused, 1u);
  EXPECT_GT(seen[0].hold, 25s);
}

} // namespace
} // namespace pixmill::net
