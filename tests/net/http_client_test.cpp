#include "net/http_client.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/net/loopback_server.hpp"

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;
using test::connection;
using test::loopback_server;

/// Returns the Content-Length that a head announces; 0: none.
std::size_t length_in(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  return at == head.npos ? 0 : std::stoul(head.substr(at + 16));
}

/// A server that keeps the last request and answers each alike.
class HttpClient : public testing::Test {
protected:
  http_request get(std::string_view path = "/x") const {
    return {.url = server.url(path)};
  }

  http_request post() const {
    return {.method = http_method::post, .url = server.url("/x")};
  }

  errc code_of_get(http_client& from) {
    const auto answer = from.send(get());
    EXPECT_FALSE(answer);
    return answer ? errc::none : code_of(answer.error(), errc::none);
  }

  std::string status = "200 OK";
  std::string body = "hello";
  std::string fields;
  std::string head;     ///< Of the last request.
  std::string received; ///< The body of the last request.
  loopback_server server{
    [this](connection& to, const std::string&, const std::string& got) {
      head = got;
      received = to.read_body(length_in(got));
      to.answer(status, body, fields);
    }};
  http_client client{{}};
};

TEST_F(HttpClient, ReturnsStatusFieldsAndBody) {
  status = "404 Not Found";
  fields = "ETag:  \"7\" \r\nX-Two: a:b\r\n";
  const auto answer = client.send(get("/a?b=c"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 404);
  EXPECT_FALSE(answer->is_success());
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(answer->field("etag"), "\"7\"");
  EXPECT_EQ(answer->field("x-two"), "a:b");
  EXPECT_EQ(answer->field("absent"), "");
  EXPECT_EQ(head.rfind("GET /a?b=c HTTP/1.1\r\n", 0), 0u) << head;
}

TEST_F(HttpClient, SendsItsTokenAndFields) {
  http_client with_token{{.token = "secret"}};
  auto request = get();
  request.fields = {"If-None-Match: \"7\""};
  ASSERT_TRUE(with_token.send(request));
  EXPECT_NE(head.find("\r\nAuthorization: Bearer secret\r\n"), head.npos);
  EXPECT_NE(head.find("\r\nIf-None-Match: \"7\"\r\n"), head.npos);
  ASSERT_TRUE(client.send(get()));
  EXPECT_EQ(head.find("Authorization"), head.npos) << head;
  EXPECT_EQ(head.find("If-None-Match"), head.npos) << head;
}

TEST_F(HttpClient, PostsFromMemory) {
  auto request = post();
  request.body = "{}";
  request.content_type = "application/json";
  ASSERT_TRUE(client.send(request));
  EXPECT_EQ(head.rfind("POST /x ", 0), 0u) << head;
  EXPECT_NE(head.find("\r\nContent-Type: application/json\r\n"), head.npos);
  EXPECT_EQ(received, "{}");
}

TEST_F(HttpClient, PostsNothing) {
  ASSERT_TRUE(client.send(post()));
  EXPECT_NE(head.find("\r\nContent-Length: 0\r\n"), head.npos) << head;
  EXPECT_EQ(head.find("Content-Type"), head.npos) << head;
}

TEST_F(HttpClient, Deletes) {
  status = "204 No Content";
  body = "";
  const auto answer =
    client.send({.method = http_method::del, .url = server.url("/x")});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(head.rfind("DELETE /x ", 0), 0u) << head;
}

TEST_F(HttpClient, StreamsAFileAsAPart) {
  const auto path =
    std::filesystem::path{testing::TempDir()} / "http_client_part.csv";
  std::ofstream{path} << "1,A,http://x.example/1.jpg\n";
  auto request = post();
  request.parts = {{.name = "options", .body = "{}"},
                   {.name = "file",
                    .file = path.string(),
                    .file_name = "a.csv",
                    .content_type = "text/csv"}};
  ASSERT_TRUE(client.send(request));
  EXPECT_NE(head.find("\r\nContent-Type: multipart/form-data; boundary="),
            head.npos)
    << head;
  EXPECT_NE(received.find("name=\"options\"\r\n\r\n{}\r\n"), received.npos)
    << received;
  EXPECT_NE(received.find("name=\"file\"; filename=\"a.csv\"\r\n"
                          "Content-Type: text/csv\r\n\r\n"
                          "1,A,http://x.example/1.jpg\n\r\n"),
            received.npos)
    << received;
  // The same connection is good for a request of another kind.
  ASSERT_TRUE(client.send(get()));
  EXPECT_EQ(head.rfind("GET ", 0), 0u) << head;
  EXPECT_EQ(server.connections(), 1);
  std::filesystem::remove(path);
}

TEST_F(HttpClient, NamesAPartThatCannotBeRead) {
  auto request = post();
  request.parts = {{.name = "file", .file = "/nonexistent.csv"}};
  const auto answer = client.send(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), make_error(errc::file_unreadable));
  EXPECT_EQ(context_of(answer.error()), "/nonexistent.csv");
}

TEST_F(HttpClient, HandsOnTheBodyOfASuccess) {
  std::string taken;
  const auto take = [&](std::string_view bytes) {
    taken += bytes;
    return caf::error{};
  };
  auto answer = client.send(get(), take);
  ASSERT_TRUE(answer);
  EXPECT_EQ(taken, "hello");
  EXPECT_EQ(answer->body, "");
  status = "409 Conflict";
  body = "wait";
  answer = client.send(get(), take);
  ASSERT_TRUE(answer);
  EXPECT_EQ(taken, "hello");
  EXPECT_EQ(answer->body, "wait");
}

TEST_F(HttpClient, EndsWithTheErrorOfWhoTakesTheBody) {
  const auto answer = client.send(get(), [](std::string_view) {
    return make_error(errc::file_unwritable, "full");
  });
  ASSERT_FALSE(answer);
  EXPECT_EQ(context_of(answer.error()), "full");
}

TEST_F(HttpClient, CapsWhatItKeeps) {
  http_client small{{.max_body_bytes = 4}};
  EXPECT_EQ(code_of_get(small), errc::too_large);
  body = "four";
  EXPECT_TRUE(small.send(get()));
  fields = "X: " + std::string(70'000, 'x') + "\r\n";
  EXPECT_EQ(code_of_get(small), errc::too_large);
}

TEST_F(HttpClient, FollowsNoRedirect) {
  status = "302 Found";
  fields = "Location: " + server.url("/y") + "\r\n";
  const auto answer = client.send(get());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(server.requests(), 1);
}

TEST(HttpClientWithoutAnAnswer, SaysWhatFailed) {
  http_client client{{}};
  std::string refused;
  {
    const loopback_server gone{
      [](connection&, const std::string&, const std::string&) {}};
    refused = gone.url();
  }
  auto answer = client.send({.url = refused});
  ASSERT_FALSE(answer);
  EXPECT_EQ(code_of(answer.error(), errc::none), errc::connect);
  EXPECT_EQ(context_of(answer.error()).rfind(refused, 0), 0u);
  answer = client.send({.url = "ftp://127.0.0.1/"});
  ASSERT_FALSE(answer);
  const loopback_server cuts{
    [](connection& to, const std::string&, const std::string&) {
      to.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
      to.close();
    }};
  answer = client.send({.url = cuts.url()});
  ASSERT_FALSE(answer);
  EXPECT_EQ(code_of(answer.error(), errc::none), errc::truncated);
}

TEST(HttpClientWithoutAnAnswer, WaitsNoLongerThanItMay) {
  const loopback_server silent{
    [](connection& to, const std::string&, const std::string&) {
      to.wait_until_closed();
    }};
  http_client client{{}};
  const auto answer = client.send({.url = silent.url(), .timeout = 50ms});
  ASSERT_FALSE(answer);
  EXPECT_EQ(code_of(answer.error(), errc::none), errc::timeout);
}

TEST(HttpClientWithoutAnAnswer, StopsWhenItIsTold) {
  const loopback_server silent{
    [](connection& to, const std::string&, const std::string&) {
      to.wait_until_closed();
    }};
  http_client client{{.stop = [] { return true; }}};
  const auto answer = client.send({.url = silent.url()});
  ASSERT_FALSE(answer);
  EXPECT_EQ(code_of(answer.error(), errc::none), errc::interrupted);
}

} // namespace
} // namespace pixmill::net
