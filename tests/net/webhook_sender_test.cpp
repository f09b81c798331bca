#include "net/webhook_sender.hpp"

#include <future>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "tests/net/fetching.hpp"
#include "tests/net/loopback_server.hpp"

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;
using test::connection;
using test::loopback_server;

webhook_answer post(webhook_transport& through, const std::string& url) {
  std::promise<webhook_answer> promise;
  auto result = promise.get_future();
  through.start(
    {.url = url, .fields = {"webhook-id: evt_1"}, .body = "{\"a\":1}"},
    [&promise](webhook_answer x) { promise.set_value(std::move(x)); });
  return result.get();
}

webhook_answer post_to(const loopback_server& receiver,
                       std::chrono::milliseconds timeout = 15s) {
  const auto sender = webhook_sender::create(
    {.timeout = timeout, .allow_ports = {}, .allow_cidrs = {}},
    test::loopback_settings({receiver.port()}));
  return post(**sender, receiver.url("/hook"));
}

TEST(WebhookSender, PostsJsonWithItsFields) {
  std::string head;
  std::string body;
  loopback_server receiver{
    [&](connection& peer, const auto&, const std::string& got) {
      head = got;
      body = peer.read_body(7);
      peer.answer("204 No Content", "");
    }};
  const auto answer = post_to(receiver);
  EXPECT_FALSE(answer.why) << answer.why.detail;
  EXPECT_EQ(answer.status, 204);
  EXPECT_TRUE(head.starts_with("POST /hook HTTP/1.1\r\n")) << head;
  EXPECT_NE(head.find("webhook-id: evt_1\r\n"), head.npos) << head;
  EXPECT_NE(head.find("Content-Type: application/json\r\n"), head.npos);
  EXPECT_EQ(head.find("Expect:"), head.npos);
  EXPECT_EQ(body, "{\"a\":1}");
}

TEST(WebhookSender, TakesNothingBut2xxForSuccess) {
  for (const auto& [status, word] : {std::pair{"500 Oops", "http_500"},
                                     {"404 No", "http_404"},
                                     {"429 Slow", "rate_limited"},
                                     {"410 Gone", "http_410"},
                                     {"304 Same", "http_304"}}) {
    loopback_server receiver{[&](connection& peer, const auto&, const auto&) {
      peer.answer(status, "", "Retry-After: 7\r\n");
    }};
    const auto answer = post_to(receiver);
    EXPECT_EQ(answer.why.word(), word);
    EXPECT_EQ(answer.retry_after, 7s);
  }
}

TEST(WebhookSender, FollowsNoRedirect) {
  loopback_server receiver{[](connection& peer, const auto&, const auto&) {
    peer.answer("307 Elsewhere", "", "Location: /other\r\n");
  }};
  EXPECT_EQ(post_to(receiver).why.word(), "http_307");
  EXPECT_EQ(receiver.requests(), 1);
}

TEST(WebhookSender, ReachesNoAddressThatIsNotOpen) {
  loopback_server receiver{[](connection& peer, const auto&, const auto&) {
    peer.answer("204 No Content", "");
  }};
  fetch_settings ports_only;
  ports_only.allow_ports = {receiver.port()};
  const auto guarded = webhook_sender::create({}, ports_only);
  EXPECT_EQ(post(**guarded, receiver.url()).why.code, errc::address_blocked);
  fetch_settings ranges_only;
  ranges_only.allow_cidrs = {"127.0.0.0/8"};
  const auto closed = webhook_sender::create({}, ranges_only);
  EXPECT_EQ(post(**closed, receiver.url()).why.code, errc::address_blocked);
  EXPECT_EQ(receiver.connections(), 0);
  // What is open to webhooks alone.
  const auto open = webhook_sender::create({.timeout = 15s,
                                            .allow_ports = {receiver.port()},
                                            .allow_cidrs = {"127.0.0.0/8"}},
                                           {});
  EXPECT_FALSE(post(**open, receiver.url()).why);
}

TEST(WebhookSender, GivesUpInTime) {
  loopback_server receiver{[](connection& peer, const auto&, const auto&) {
    peer.wait_until_closed();
  }};
  const auto answer = post_to(receiver, 200ms);
  EXPECT_EQ(answer.why.code, errc::timeout);
  EXPECT_EQ(answer.status, 0);
}

TEST(WebhookSender, JudgesByTheHeadAlone) {
  loopback_server receiver{[](connection& peer, const auto&, const auto&) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
              + std::string(200'000, 'x'));
    peer.close();
  }};
  EXPECT_FALSE(post_to(receiver).why);
}

TEST(WebhookSender, AnswersForWhatItsEndCutsOff) {
  loopback_server receiver{[](connection& peer, const auto&, const auto&) {
    peer.wait_until_closed();
  }};
  std::promise<webhook_answer> promise;
  auto result = promise.get_future();
  {
    const auto sender =
      webhook_sender::create({}, test::loopback_settings({receiver.port()}));
    (*sender)->start(
      {.url = receiver.url(), .fields = {}, .body = "{}"},
      [&promise](webhook_answer x) { promise.set_value(std::move(x)); });
  }
  EXPECT_EQ(result.get().why.code, errc::canceled);
}

TEST(WebhookSender, RefusesRangesThatAreNone) {
  EXPECT_FALSE(webhook_sender::create(
    {.timeout = 1s, .allow_ports = {}, .allow_cidrs = {"10.0.0.0"}}, {}));
}

} // namespace
} // namespace pixmill::net
