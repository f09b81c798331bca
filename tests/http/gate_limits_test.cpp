#include <thread>
#include <vector>

#include "http/gated_server.hpp"
#include "tests/http/gated_fixture.hpp"

namespace pixmill::http {
namespace {

using namespace std::chrono_literals;
using test::raw_client;
using test::request;

class Gate : public test::GatedServer {
protected:
  /// What the gate itself answers to `bytes`; the connection must end.
  test::answer refusal_of(std::string_view bytes) {
    auto client = connect();
    auto result = client.ask(bytes);
    EXPECT_TRUE(client.ended()) << bytes.substr(0, 100);
    EXPECT_NE(result.head.find("application/problem+json"), std::string::npos);
    return result;
  }
  std::string code_of(std::string_view bytes) {
    const auto body = refusal_of(bytes).body;
    const auto at = body.find(R"("code":")") + 8;
    return body.substr(at, body.find('"', at) - at);
  }
};

TEST_F(Gate, NamesTheRuleThatARequestBreaks) {
  start();
  EXPECT_EQ(code_of(request("POST /echo")), "length-required");
  EXPECT_EQ(code_of(request("POST /echo", "Content-Length: 999999999999\r\n")),
            "payload-too-large");
  EXPECT_EQ(code_of(request("GET /", "Content-Encoding: br\r\n")),
            "unsupported-encoding");
  EXPECT_EQ(code_of(request("GET /", "Range: bytes=0-1,0-1\r\n")),
            "range-not-satisfiable");
  EXPECT_EQ(code_of(request("GET /", "a b\r\n")), "bad-request");
  EXPECT_EQ(code_of(request("GET /", "a: " + std::string(20'000, 'b'))),
            "headers-too-large");
  EXPECT_EQ(code_of("GET / HTTP/3.0\r\n"), "http-version-not-supported");
  EXPECT_EQ(code_of("\x16\x03\x01\x02\n"), "bad-request");
}

TEST_F(Gate, RefusesSmuggledRequests) {
  start();
  EXPECT_EQ(refusal_of(request("POST /echo", "Content-Length: 4\r\n"
                                             "Transfer-Encoding: chunked\r\n")
                       + "0\r\n\r\n" + request("GET /healthz"))
              .status,
            400);
}

TEST_F(Gate, CountsChunksAgainstTheCap) {
  settings.max_body_bytes = 100'000;
  start();
  const auto chunk = "8000\r\n" + std::string(0x8000, 'a') + "\r\n";
  EXPECT_EQ(refusal_of(request("POST /echo", "Transfer-Encoding: chunked\r\n")
                       + chunk + chunk + chunk + chunk)
              .status,
            413);
}

TEST_F(Gate, RefusesSlowHeads) {
  settings.head_deadline = 200ms;
  start();
  auto client = connect();
  std::thread writer{[&client] {
    client.send("GET / HTTP/1.1\r\n");
    for (int i = 0; i < 100 && client.send("a: b\r\n"); ++i)
      std::this_thread::sleep_for(10ms);
  }};
  EXPECT_EQ(client.receive().status, 408);
  writer.join();
}

TEST_F(Gate, RefusesSlowBodies) {
  settings.body_grace = 200ms;
  settings.min_body_rate = 1'000'000;
  start();
  auto client = connect();
  client.send(request("POST /echo", "Content-Length: 5000\r\n"));
  std::thread writer{[&client] {
    for (int i = 0; i < 100 && client.send("a"); ++i)
      std::this_thread::sleep_for(10ms);
  }};
  EXPECT_EQ(client.receive().status, 408);
  writer.join();
}

TEST_F(Gate, ClosesIdleConnections) {
  settings.idle_timeout = 1s; // Longer than it takes to ask, here and now.
  start();
  auto silent = connect();
  EXPECT_TRUE(silent.ended());
  auto served = connect();
  EXPECT_EQ(served.ask(request("GET /healthz")).status, 200);
  EXPECT_TRUE(served.ended());
}

TEST_F(Gate, ClosesTheOldestIdleConnectionForANewOne) {
  settings.max_connections = 3;
  start();
  auto first = connect();
  auto second = connect();
  // Now the second is the one that has been idle for longest.
  EXPECT_EQ(first.ask(request("GET /healthz")).status, 200);
  auto third = connect();
  auto fourth = connect();
  EXPECT_EQ(fourth.ask(request("GET /healthz")).status, 200);
  EXPECT_TRUE(second.ended());
  EXPECT_EQ(first.ask(request("GET /healthz")).status, 200);
}

TEST_F(Gate, RefusesConnectionsWhenNoneIsIdle) {
  settings.max_connections = 1;
  start();
  auto busy = connect();
  busy.send(request("GET /hold"));
  ASSERT_TRUE(wait_until_held(1));
  EXPECT_EQ(connect().receive().status, 503);
  release();
  EXPECT_EQ(busy.receive().status, 200);
}

TEST_F(Gate, RefusesRequestsBehindAFullQueue) {
  settings.worker_threads = 1;
  settings.queue_limit = 1;
  start();
  auto first = connect();
  first.send(request("GET /hold"));
  ASSERT_TRUE(wait_until_held(1));
  auto second = connect();
  second.send(request("GET /hold"));
  auto third = connect();
  const auto refused = third.ask(request("GET /hold"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.head.find("Retry-After: 1"), std::string::npos);
  EXPECT_EQ(health(), 200);
  release();
  EXPECT_EQ(first.receive().status, 200);
  EXPECT_EQ(second.receive().status, 200);
}

TEST_F(Gate, LetsWhoFindsNoWorkerWaitForItsRefusal) {
  settings.worker_threads = 1;
  settings.queue_limit = 0;
  settings.refusal_pause = 200ms;
  start();
  auto first = connect();
  first.send(request("GET /hold"));
  ASSERT_TRUE(wait_until_held(1));
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(code_of(request("GET /hold")), "overloaded");
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 200ms);
  EXPECT_EQ(health(), 200);
}

TEST_F(Gate, GivesStreamsThreadsOfTheirOwn) {
  settings.worker_threads = 1;
  settings.stream_threads = 1;
  start();
  auto stream = connect();
  stream.send(request("GET /hold/events"));
  ASSERT_TRUE(wait_until_held(1));
  EXPECT_EQ(code_of(request("GET /hold/events")), "streams-exhausted");
  EXPECT_EQ(connect().ask(request("GET /who")).status, 200);
  release();
  EXPECT_EQ(stream.receive().status, 200);
}

TEST_F(Gate, CutsOffWhoDoesNotReadItsAnswer) {
  settings.worker_threads = 1;
  settings.write_grace = 200ms;
  start();
  auto deaf = connect(4'096);
  deaf.send(request("GET /big?bytes=1000000000"));
  EXPECT_FALSE(deaf.bytes(1).empty());
  // The only worker comes free again.
  EXPECT_EQ(connect().ask(request("GET /who")).status, 200);
}

TEST_F(Gate, LetsTheEndOfAnAnswerWaitWithoutAWorker) {
  settings.worker_threads = 1;
  settings.write_buffer = 64u << 20;
  settings.memory_budget = 64u << 20;
  start();
  auto slow = connect(4'096);
  slow.send(request("GET /big?bytes=20000000"));
  EXPECT_FALSE(slow.bytes(1).empty());
  EXPECT_EQ(connect().ask(request("GET /who")).status, 200);
  EXPECT_EQ(slow.bytes(1'000'000).size(), 1'000'000u);
}

TEST_F(Gate, KeepsWithinItsBudgets) {
  settings.memory_budget = 1'000;
  settings.spool_budget = 10'000;
  start();
  const auto body = std::string(20'000, 'a');
  EXPECT_EQ(code_of(request("POST /echo", "Content-Length: 20000\r\n") + body),
            "overloaded");
}

TEST_F(Gate, AnswersShortHeadsWhenLongOnesUsedUpTheirBudget) {
  settings.head_budget = 5'000;
  start();
  const auto longer = "a: " + std::string(4'000, 'a');
  auto hoarder = connect();
  hoarder.send(request("GET /hold", longer + "\r\n"));
  ASSERT_TRUE(wait_until_held(1));
  EXPECT_EQ(code_of(request("GET /", longer)), "overloaded");
  EXPECT_EQ(health(), 200);
}

TEST_F(Gate, SaysWhenABodyCannotBeStored) {
  settings.spool_directory = "/nonexistent";
  settings.spool_above = 10;
  start();
  EXPECT_EQ(
    code_of(request("POST /echo", "Content-Length: 11\r\n") + "hello world"),
    "insufficient-storage");
}

TEST_F(Gate, AnswersHealthThroughSlowAndIdleClients) {
  start();
  std::vector<raw_client> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(connect());
    clients.back().send("GET / HTTP/1.1\r\nHost: a\r\nX");
    clients.push_back(connect());
    clients.back().send(request("POST /echo", "Content-Length: 900\r\n") + "a");
    clients.push_back(connect());
  }
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(health(), 200);
  // Each of the others may take as long as all of this together.
  EXPECT_LT(std::chrono::steady_clock::now() - begun, settings.head_deadline);
}

} // namespace
} // namespace pixmill::http
