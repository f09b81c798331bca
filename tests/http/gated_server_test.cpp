#include "http/gated_server.hpp"

#include <random>
#include <thread>

#include "tests/http/gated_fixture.hpp"

namespace pixmill::http {
namespace {

using namespace std::chrono_literals;
using test::GatedServer;
using test::request;

std::string with_length(std::string_view path, std::string_view body,
                        std::string_view fields = {}) {
  return request("POST " + std::string{path},
                 std::string{fields}
                   + "Content-Length: " + std::to_string(body.size()) + "\r\n")
         + std::string{body};
}

TEST_F(GatedServer, KeepsAConnectionForManyRequests) {
  start();
  auto client = connect();
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(client.ask(request("GET /healthz")).body, "ok");
}

TEST_F(GatedServer, AnswersPipelinedRequestsInOrder) {
  start();
  auto client = connect();
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += with_length("/echo", "number " + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(client.receive().body, "number " + std::to_string(i));
}

TEST_F(GatedServer, ReadsRequestsThatComeByteByByte) {
  start();
  auto client = connect();
  for (const char c : with_length("/echo", "hello"))
    client.send({&c, 1});
  EXPECT_EQ(client.receive().body, "hello");
}

TEST_F(GatedServer, ClosesWhenAskedTo) {
  start();
  auto client = connect();
  const auto answer =
    client.ask(request("GET /healthz", "connection: CLOSE\r\n"));
  EXPECT_NE(answer.head.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.ended());
  auto old = connect();
  EXPECT_EQ(old.ask("GET /healthz HTTP/1.0\r\n\r\n").body, "ok");
  EXPECT_TRUE(old.ended());
}

TEST_F(GatedServer, AnswersWhoHasSaidAll) {
  start();
  auto client = connect();
  client.send(request("GET /big?bytes=1000000"));
  client.half_close();
  EXPECT_EQ(client.receive().body.size(), 1'000'000u);
}

TEST_F(GatedServer, TakesChunksApartForItsRoutes) {
  start();
  auto client = connect();
  const auto head = request("POST /echo", "Transfer-Encoding: chunked\r\n");
  EXPECT_EQ(client.ask(head + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n").body,
            "hello!");
  EXPECT_EQ(client.ask(with_length("/plain", "whole")).body, "whole");
}

TEST_F(GatedServer, StreamsLargeBodiesFromAFile) {
  start();
  auto client = connect();
  const std::string body(20u << 20, 'x');
  EXPECT_EQ(client.ask(with_length("/count", body)).body,
            std::to_string(body.size()));
  EXPECT_LE(largest_piece.load(), 65'536u);
}

TEST_F(GatedServer, HandsEncodedBodiesOverAsTheyCame) {
  start();
  auto client = connect();
  EXPECT_EQ(
    client.ask(with_length("/count", "not gzip", "Content-Encoding: gzip\r\n"))
      .body,
    "8gzip");
  EXPECT_EQ(
    client
      .ask(with_length("/count", "plain", "Pixmill-Content-Encoding: gzip\r\n"))
      .body,
    "5");
}

TEST_F(GatedServer, SaysToGoOnBeforeABody) {
  start();
  auto client = connect();
  const auto head =
    request("POST /echo", "Content-Length: 5\r\nExpect: 100-continue\r\n");
  EXPECT_EQ(client.ask(head).status, 100);
  EXPECT_EQ(client.ask("hello").body, "hello");
}

TEST_F(GatedServer, RefusesABodyBeforeItIsSent) {
  settings.max_body_bytes = 4;
  start();
  auto client = connect();
  const auto head =
    request("POST /echo", "Content-Length: 5\r\nExpect: 100-continue\r\n");
  EXPECT_EQ(client.ask(head).status, 413);
  EXPECT_TRUE(client.ended());
}

TEST_F(GatedServer, LeavesRangesToTheRoutes) {
  start();
  auto client = connect();
  const auto all = client.ask(request("GET /healthz", "Range: bytes=1-1\r\n"));
  EXPECT_EQ(all.status, 200);
  EXPECT_EQ(all.body, "ok");
}

TEST_F(GatedServer, TellsRoutesWhoAsks) {
  start();
  EXPECT_EQ(connect().ask(request("GET /who", "REMOTE_ADDR: 1.2.3.4\r\n")).body,
            "127.0.0.1");
}

TEST_F(GatedServer, HandsValuesOverAsTheyCame) {
  start();
  EXPECT_EQ(connect().ask(request("GET /key", "Key: 5%0d%0a%zz\r\n")).body,
            "5%0d%0a%zz");
}

TEST_F(GatedServer, SaysWhyItCannotListen) {
  start();
  auto second = gated_server::create(settings);
  ASSERT_TRUE(second);
  const auto bound = (*second)->bind("127.0.0.1", port);
  ASSERT_FALSE(bound);
  auto third = gated_server::create(settings);
  EXPECT_FALSE((*third)->bind("300.1.1.1", 0));
}

TEST_F(GatedServer, RefusesLimitsOfZero) {
  settings.worker_threads = 0;
  EXPECT_FALSE(gated_server::create(settings));
}

TEST_F(GatedServer, FinishesWhatRunsWhenItDrains) {
  start();
  auto held = connect();
  auto idle = connect();
  EXPECT_EQ(idle.ask(request("GET /healthz")).status, 200);
  held.send(request("GET /hold"));
  ASSERT_TRUE(wait_until_held(1));
  std::thread drainer{[this] { server->drain(10s); }};
  EXPECT_TRUE(idle.ended());
  EXPECT_EQ(health(), 0);
  EXPECT_TRUE(server->draining());
  release();
  EXPECT_EQ(held.receive().status, 200);
  EXPECT_TRUE(held.ended());
  drainer.join();
}

TEST_F(GatedServer, EndsAStreamWhoseClientHasGone) {
  settings.stream_threads = 1;
  start();
  {
    auto gone = connect();
    gone.send(request("GET /ticks/events"));
    EXPECT_EQ(gone.receive().status, 200);
  }
  int status = 503;
  for (int i = 0; i < 1'000 && status == 503; ++i) {
    std::this_thread::sleep_for(5ms);
    auto next = connect();
    next.send(request("GET /ticks/events"));
    status = next.receive().status;
  }
  EXPECT_EQ(status, 200);
}

TEST_F(GatedServer, EndsStreamsWhenItDrains) {
  start();
  auto client = connect();
  client.send(request("GET /ticks/events"));
  EXPECT_EQ(client.receive().status, 200);
  const auto begun = std::chrono::steady_clock::now();
  server->drain(50ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST_F(GatedServer, OutlivesAnAnswerThatBreaksOff) {
  start();
  auto client = connect();
  client.send(request("GET /broken"));
  EXPECT_TRUE(client.receive().body.empty());
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(health(), 200);
}

TEST_F(GatedServer, SurvivesNoise) {
  settings.head_deadline = 300ms;
  start();
  const std::string words[] = {
    request("GET /healthz"),
    with_length("/echo", "hello"),
    request("POST /echo", "Transfer-Encoding: chunked\r\n"),
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "\r\n",
    std::string(3, '\0'),
    request("GET /big?bytes=300000"),
    request("GET /healthz", "Connection: close\r\n"),
    "GET / HT"};
  std::mt19937 random{5}; // NOLINT(*-msc51-cpp): the same noise every time.
  for (int i = 0; i < 300; ++i) {
    auto client = connect();
    for (unsigned count = random() % 8; count > 0; --count) {
      const auto& word = words[random() % std::size(words)];
      if (!client.send(std::string_view{word}.substr(
            0, random() % 4 == 0 ? random() % word.size() : word.size())))
        break;
    }
    if (random() % 2 == 0)
      client.half_close();
  }
  EXPECT_EQ(health(), 200);
}

TEST_F(GatedServer, CutsOffWhatDrainsForTooLong) {
  start();
  auto endless = connect(4'096);
  endless.send(request("GET /big?bytes=1000000000"));
  EXPECT_FALSE(endless.bytes(100).empty());
  const auto begun = std::chrono::steady_clock::now();
  server->drain(100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

} // namespace
} // namespace pixmill::http
