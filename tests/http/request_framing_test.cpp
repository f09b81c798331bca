#include "http/request_framing.hpp"

#include <random>

#include <gmock/gmock.h>

namespace pixmill::http {
namespace {

struct reading {
  framing state = framing::more;
  std::size_t used = 0;
  request_head head;
  refusal why;
};

reading read(std::string_view bytes, const std::vector<std::size_t>& cuts = {},
             head_limits limits = {}) {
  head_framer framer{limits};
  reading result;
  std::size_t at = 0;
  auto until = [&](std::size_t end) {
    if (result.state != framing::more || end <= at)
      return;
    const auto step = framer.feed(bytes.substr(at, end - at));
    result.state = step.state;
    result.used = at + step.used;
    at = end;
  };
  for (const auto cut : cuts)
    until(cut);
  until(bytes.size());
  result.head = framer.head();
  result.why = framer.why();
  return result;
}

std::string get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string{fields} + "\r\n";
}

std::string post(std::string_view fields) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string{fields} + "\r\n";
}

int status(std::string_view bytes) {
  const auto result = read(bytes);
  return result.state == framing::refused ? result.why.status
         : result.state == framing::whole ? 200
                                          : 0;
}

TEST(RequestFraming, ReadsAHeadAndLeavesWhatFollows) {
  const auto bytes = get("Accept: text/csv \r\n") + "GET /next";
  const auto result = read(bytes);
  ASSERT_EQ(result.state, framing::whole);
  EXPECT_EQ(result.used, bytes.size() - 9);
  EXPECT_EQ(result.head.method, "GET");
  EXPECT_EQ(result.head.target, "/");
  ASSERT_EQ(result.head.fields.size(), 2u);
  EXPECT_EQ(result.head.fields[1].value, "text/csv");
}

TEST(RequestFraming, RefusesMalformedRequestLines) {
  for (const auto* line :
       {"GET /", "GET", "GET  HTTP/1.1", "GET / a HTTP/1.1", " GET / HTTP/1.1",
        "G\tT / HTTP/1.1", "GET a HTTP/1.1", "GET /# HTTP/1.1",
        "GET /\x80 HTTP/1.1", "GET * HTTP/1.1", "GET / HTTQ/1.1",
        "GET /\x01 HTTP/1.1", "\x16\x03\x01 / HTTP/1.1"})
    EXPECT_EQ(status(std::string{line} + "\r\nHost: a\r\n\r\n"), 400) << line;
}

TEST(RequestFraming, RefusesOtherVersionsAndMethods) {
  EXPECT_EQ(status("GET / HTTP/2.0\r\n\r\n"), 505);
  EXPECT_EQ(status("GET / HTTP/1.2\r\n\r\n"), 505);
  EXPECT_EQ(status("PRI * HTTP/2.0\r\n\r\n"), 505);
  EXPECT_EQ(status("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
  EXPECT_EQ(status("GET / HTTP/1.0\r\n\r\n"), 200);
}

TEST(RequestFraming, RefusesMalformedFields) {
  for (const auto* field :
       {"a b: c\r\n", "a : c\r\n", ": c\r\n", "a\r\n", "a: b\r\n c\r\n",
        "a: \x01\r\n", "a: b\rc\r\n", "a: b\n"})
    EXPECT_EQ(status(get(field)), 400) << field;
  EXPECT_EQ(status(get(std::string_view{"a: \0b\r\n", 7})), 400);
}

TEST(RequestFraming, WantsOneHost) {
  EXPECT_EQ(status("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status(get("host: b\r\n")), 400);
}

TEST(RequestFraming, RefusesWhatTwoReadersCouldTakeForTwoThings) {
  EXPECT_EQ(status(post("Content-Length: 1\r\nContent-Length: 1\r\n")), 400);
  EXPECT_EQ(status(post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")),
            400);
  for (const auto* length :
       {"-1", "+1", "1 ", "1,1", "0x1", "", "1%30", "99999999999999999999"})
    EXPECT_EQ(status(post("Content-Length:" + std::string{length} + "\r\n")),
              std::string_view{length} == "1 " ? 200 : 400)
      << length;
  EXPECT_EQ(status("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
            400);
  EXPECT_EQ(status(post("Transfer-Encoding: gzip, chunked\r\n")), 501);
}

TEST(RequestFraming, WantsALengthOfWhatCarriesABody) {
  EXPECT_EQ(status(post("")), 411);
  EXPECT_EQ(status("PUT / HTTP/1.1\r\nHost: a\r\n\r\n"), 411);
  EXPECT_EQ(status("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
}

TEST(RequestFraming, KnowsGzipAndIdentityAlone) {
  EXPECT_EQ(status(get("Content-Encoding: identity\r\n")), 200);
  EXPECT_EQ(read(get("Content-Encoding: GZip\r\n")).head.content_encoding,
            "gzip");
  for (const auto* other : {"br", "deflate", "gzip, gzip", "g%7Aip"})
    EXPECT_EQ(status(get("Content-Encoding: " + std::string{other} + "\r\n")),
              415)
      << other;
}

TEST(RequestFraming, AllowsOneRangeAndDropsNonsense) {
  EXPECT_EQ(status(get("Range: bytes=0-1,3-4\r\n")), 416);
  EXPECT_EQ(status(get("Range: bytes=0-1\r\nRange: bytes=0-1\r\n")), 416);
  EXPECT_EQ(read(get("Range: bytes=0-1\r\n")).head.fields.size(), 2u);
  for (const auto* nonsense : {"bytes=-", "rows=1-2", "bytes=a-b",
                               "bytes=0-1%2C3-4", "bytes=9999999999999999999-"})
    EXPECT_EQ(
      read(get("Range: " + std::string{nonsense} + "\r\n")).head.fields.size(),
      1u)
      << nonsense;
}

TEST(RequestFraming, BoundsTheHead) {
  EXPECT_EQ(status("GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\n"), 414);
  EXPECT_EQ(status(get("a: " + std::string(9'000, 'a') + "\r\n")), 431);
  EXPECT_EQ(status(get("a: " + std::string(4'000, '%') + "\r\n")), 431);
  EXPECT_EQ(status("GET /" + std::string(20'000, 'a')), 431);
  std::string many;
  for (int i = 0; i < 62; ++i)
    many += "a: b\r\n";
  EXPECT_EQ(status(get(many)), 200);
  EXPECT_EQ(status(get(many + "a: b\r\n")), 431);
}

TEST(RequestFraming, KeepsConnectionsAsAsked) {
  EXPECT_TRUE(read(get("")).head.keep_alive);
  EXPECT_FALSE(read(get("Connection: foo, Close\r\n")).head.keep_alive);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n").head.keep_alive);
  EXPECT_TRUE(
    read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").head.keep_alive);
}

TEST(RequestFraming, KnowsOneExpectation) {
  EXPECT_TRUE(read(get("Expect: 100-Continue\r\n")).head.expects_continue);
  EXPECT_EQ(status(get("Expect: wonders\r\n")), 417);
}

TEST(RequestFraming, TakesTheAuthorityOffATarget) {
  EXPECT_EQ(read("GET HTTP://a:80/b?c HTTP/1.1\r\nHost: a\r\n\r\n").head.target,
            "/b?c");
  EXPECT_EQ(read("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").head.target, "/");
}

TEST(RequestFraming, WritesAHeadThatTheLibraryCannotMisread) {
  const auto head = read(post("Transfer-Encoding: chunked\r\n"
                              "Connection: close\r\nExpect: 100-continue\r\n"
                              "REMOTE_ADDR: 10.0.0.1\r\n"
                              "Pixmill-Content-Encoding: br\r\n"
                              "Pixmill-Range: bytes=7-\r\nrange: bytes=1-2\r\n"
                              "Content-Encoding: gzip\r\n"
                              "Idempotency-Key: 5%0d%0a\r\n"))
                      .head;
  EXPECT_EQ(library_head(head, 7, false),
            "POST / HTTP/1.1\r\nHost: a\r\nPixmill-Range: bytes=1-2\r\n"
            "Idempotency-Key: 5%250d%250a\r\n"
            "Pixmill-Content-Encoding: gzip\r\nContent-Length: 7\r\n"
            "Connection: close\r\n\r\n");
}

TEST(RequestFraming, EndsTheSameHoweverTheBytesAreCut) {
  const std::string heads[] = {
    get("Range: bytes=1-2\r\n") + "rest",
    "\r\n\r\n" + get(""),
    post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
    post(""),
    "GET /" + std::string(300, 'a') + " HTTP/1.1\r\n\r\n",
    get("a: b\n"),
    get("a: b\r\na: b\r\na: b\r\na: b\r\n"),
    "GET /" + std::string(251, 'a'),
    std::string(400, '\n'),
    "GET / HTTP/3.0\r\n" + std::string(400, 'a')};
  const head_limits limits{.max_bytes = 256, .max_lines = 5};
  std::mt19937 random{7}; // NOLINT(*-msc51-cpp): the same cuts every time.
  for (const auto& bytes : heads) {
    const auto whole = read(bytes, {}, limits);
    for (int round = 0; round < 200; ++round) {
      std::vector<std::size_t> cuts;
      for (std::size_t at = random() % 9; at < bytes.size();
           at += 1 + random() % (1 + static_cast<unsigned>(round)))
        cuts.push_back(at);
      const auto cut = read(bytes, cuts, limits);
      ASSERT_EQ(cut.state, whole.state) << bytes;
      ASSERT_EQ(cut.why, whole.why) << bytes;
      if (whole.state == framing::whole) {
        ASSERT_EQ(cut.used, whole.used) << bytes;
      }
    }
  }
}

} // namespace
} // namespace pixmill::http
