#include "net/response_head.hpp"

#include <initializer_list>

#include <gtest/gtest.h>

namespace pixmill::net {
namespace {

response_head head_of(std::initializer_list<const char*> lines) {
  response_head result;
  for (const auto* each : lines)
    EXPECT_TRUE(result.feed(each));
  return result;
}

TEST(ResponseHead, ReadsStatusAndFieldsInAnyCase) {
  const auto head = head_of({"HTTP/1.1 200 OK\r\n", "CONTENT-length:  42 \r\n",
                             "content-Encoding: GZip\r\n", "X: y\r\n", "\r\n"});
  EXPECT_TRUE(head.complete());
  EXPECT_TRUE(head.is_success());
  EXPECT_EQ(head.status(), 200);
  EXPECT_EQ(head.content_length(), 42u);
  EXPECT_EQ(head.content_encoding(), "gzip");
}

TEST(ResponseHead, ReadsTheStatusLinesOfHttp2) {
  EXPECT_EQ(head_of({"HTTP/2 404 \r\n", "\r\n"}).status(), 404);
}

TEST(ResponseHead, ForgetsInterimAnswers) {
  const auto head =
    head_of({"HTTP/1.1 103 Early Hints\r\n", "Content-Length: 7\r\n", "\r\n",
             "HTTP/1.1 200 OK\r\n", "\r\n"});
  EXPECT_TRUE(head.complete());
  EXPECT_EQ(head.content_length(), std::nullopt);
}

TEST(ResponseHead, IsIncompleteAfterAnInterimAnswer) {
  EXPECT_FALSE(head_of({"HTTP/1.1 100 Continue\r\n", "\r\n"}).complete());
}

TEST(ResponseHead, IgnoresTrailers) {
  const auto head = head_of({"HTTP/1.1 200 OK\r\n", "\r\n",
                             "Content-Encoding: br\r\n", "Location: /x\r\n"});
  EXPECT_EQ(head.content_encoding(), "");
  EXPECT_EQ(head.location(), "");
}

TEST(ResponseHead, TakesIdentityForNoEncoding) {
  EXPECT_EQ(
    head_of({"HTTP/1.1 200 OK\r\n", "Content-Encoding: Identity\r\n", "\r\n"})
      .content_encoding(),
    "");
}

TEST(ResponseHead, IgnoresLengthsThatAreNoNumber) {
  for (const auto* each :
       {"Content-Length: -1\r\n", "Content-Length: 4x\r\n",
        "Content-Length:\r\n", "Content-Length: 99999999999999999999999\r\n"})
    EXPECT_EQ(head_of({"HTTP/1.1 200 OK\r\n", each, "\r\n"}).content_length(),
              std::nullopt)
      << each;
}

TEST(ResponseHead, RedirectsOnlyWithALocation) {
  EXPECT_TRUE(head_of({"HTTP/1.1 302 Found\r\n", "Location: /x\r\n", "\r\n"})
                .is_redirect());
  EXPECT_FALSE(head_of({"HTTP/1.1 302 Found\r\n", "\r\n"}).is_redirect());
  EXPECT_FALSE(head_of({"HTTP/1.1 304 Same\r\n", "Location: /x\r\n", "\r\n"})
                 .is_redirect());
  EXPECT_FALSE(
    head_of({"HTTP/1.1 200 OK\r\n", "Location: /x\r\n", "\r\n"}).is_redirect());
}

TEST(ResponseHead, RefusesMoreThan64KiB) {
  response_head head;
  const auto line = "X: " + std::string(1019, 'y') + "\r\n";
  for (int n = 0; n < 64; ++n)
    EXPECT_TRUE(head.feed(line));
  EXPECT_FALSE(head.feed("\r\n"));
}

} // namespace
} // namespace pixmill::net
