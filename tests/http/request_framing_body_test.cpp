#include <random>

#include <gtest/gtest.h>

#include "http/request_framing.hpp"

namespace pixmill::http {
namespace {

struct reading {
  framing state = framing::more;
  std::string content;
  std::size_t used = 0;
  int status = 0;
};

/// Feeds `bytes` in pieces of random length up to `longest`.
reading read(const request_head& head, std::string_view bytes,
             std::size_t longest, std::mt19937& random) {
  constexpr std::uint64_t cap = 100;
  body_framer framer{head, cap};
  reading result;
  result.state = framer.state();
  while (result.state == framing::more && result.used < bytes.size()) {
    auto piece = bytes.substr(result.used, 1 + random() % longest);
    const auto step = framer.feed(piece);
    result.state = step.state;
    result.content += step.content;
    result.used += step.used;
  }
  result.status = framer.why().status;
  return result;
}

reading read_chunked(std::string_view bytes) {
  request_head head;
  head.chunked = true;
  std::mt19937 random{3}; // NOLINT(*-msc51-cpp): the same cuts every time.
  const auto whole = read(head, bytes, 1'000'000, random);
  for (std::size_t longest = 1; longest < 40; ++longest) {
    const auto cut = read(head, bytes, longest, random);
    EXPECT_EQ(cut.state, whole.state) << bytes;
    EXPECT_EQ(cut.status, whole.status) << bytes;
    EXPECT_EQ(cut.content, whole.content) << bytes;
    if (whole.state == framing::whole) {
      EXPECT_EQ(cut.used, whole.used) << bytes;
    }
  }
  return whole;
}

TEST(BodyFraming, TakesAsManyBytesAsWereAnnounced) {
  request_head head;
  head.content_length = 5;
  std::mt19937 random{3}; // NOLINT(*-msc51-cpp): the same cuts every time.
  const auto result = read(head, "helloGET /", 4, random);
  EXPECT_EQ(result.state, framing::whole);
  EXPECT_EQ(result.content, "hello");
  EXPECT_EQ(result.used, 5u);
}

TEST(BodyFraming, KnowsWithoutAByteWhatIsEmptyOrTooLarge) {
  request_head head;
  EXPECT_EQ((body_framer{head, 100}.state()), framing::whole);
  head.content_length = 101;
  const body_framer framer{head, 100};
  EXPECT_EQ(framer.state(), framing::refused);
  EXPECT_EQ(framer.why().status, 413);
}

TEST(BodyFraming, TakesChunksApart) {
  const auto result =
    read_chunked("5\r\nhello\r\n3;a=b\r\n, w\r\n0\r\nX: y\r\n\r\nGET /");
  EXPECT_EQ(result.state, framing::whole);
  EXPECT_EQ(result.content, "hello, w");
  EXPECT_EQ(result.used, 33u);
}

TEST(BodyFraming, CountsChunksAgainstTheCap) {
  const auto chunk = "40\r\n" + std::string(64, 'a') + "\r\n";
  EXPECT_EQ(read_chunked(chunk + "24\r\n").state, framing::more);
  EXPECT_EQ(read_chunked(chunk + "25\r\n").status, 413);
  EXPECT_EQ(read_chunked("ffffffffffffffff\r\n").status, 413);
  EXPECT_EQ(read_chunked("fffffffffffffffff\r\n").status, 413);
}

TEST(BodyFraming, RefusesMalformedChunks) {
  for (const auto* bytes :
       {"x\r\n", "\r\n", "5\nhello", "-1\r\n", "0x5\r\nhello", "5 5\r\n",
        "5\r\nhelloo\r\n", "5\r\nhello0\r\n", "+5\r\nhello"})
    EXPECT_EQ(read_chunked(bytes).status, 400) << bytes;
  EXPECT_EQ(read_chunked("5;" + std::string(300, 'a')).status, 400);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 20; ++i)
    trailers += "a: b\r\n";
  EXPECT_EQ(read_chunked(trailers).status, 400);
}

} // namespace
} // namespace pixmill::http
