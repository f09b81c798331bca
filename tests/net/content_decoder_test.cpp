#include "net/content_decoder.hpp"

#include <string>

#include <gtest/gtest.h>
#include <zlib.h>

#include "model/errc.hpp"
#include "tests/net/deflated.hpp"

namespace pixmill::net {
namespace {

using test::deflated;

struct decoded {
  std::string bytes;
  caf::error problem;
  bool complete = false;
};

// Decodes `stream` in pieces of `step` bytes.
decoded decode(std::string_view encoding, std::string_view stream,
               std::size_t step = 7) {
  decoded result;
  const auto decoder = content_decoder::create(encoding);
  for (std::size_t at = 0; at < stream.size() && !result.problem; at += step)
    result.problem =
      (*decoder)->feed(stream.substr(at, step), [&](std::string_view more) {
        result.bytes += more;
        return true;
      });
  result.complete = (*decoder)->complete();
  return result;
}

std::string picture() {
  std::string result;
  for (unsigned n = 0; n < 100'000; ++n)
    result += static_cast<char>((n * n >> 3) & 0xff);
  return result;
}

TEST(ContentDecoder, UndoesGzipAndBothKindsOfDeflate) {
  for (const auto& [encoding, window] : {std::pair{"gzip", test::gzip_format},
                                         {"x-gzip", test::gzip_format},
                                         {"deflate", test::zlib_format},
                                         {"deflate", test::raw_format}})
    for (const std::size_t step : {7, 4096, 1'000'000}) {
      const auto got = decode(encoding, deflated(picture(), window), step);
      EXPECT_FALSE(got.problem) << encoding << context_of(got.problem);
      EXPECT_TRUE(got.complete);
      EXPECT_EQ(got.bytes, picture());
    }
}

TEST(ContentDecoder, UndoesGzipOfSeveralMembers) {
  const auto two = deflated("first", test::gzip_format)
                   + deflated("second", test::gzip_format);
  for (const std::size_t step : {1, 1000})
    EXPECT_EQ(decode("gzip", two, step).bytes, "firstsecond");
}

TEST(ContentDecoder, IgnoresPaddingAfterTheEnd) {
  const auto got = decode("gzip", deflated("image", test::gzip_format)
                                    + std::string(100, '\0'));
  EXPECT_FALSE(got.problem);
  EXPECT_TRUE(got.complete);
  EXPECT_EQ(got.bytes, "image");
}

TEST(ContentDecoder, TellsWhenTheEndIsMissing) {
  auto stream = deflated(picture(), test::gzip_format);
  stream.resize(stream.size() - 1);
  const auto got = decode("gzip", stream);
  EXPECT_FALSE(got.problem);
  EXPECT_FALSE(got.complete);
}

TEST(ContentDecoder, RefusesDamage) {
  auto stream = deflated(picture(), test::gzip_format);
  stream[stream.size() / 2] ^= 0x55;
  EXPECT_EQ(code_of(decode("gzip", stream).problem, errc::none), errc::decode);
  EXPECT_EQ(
    code_of(decode("gzip", "\xff\xd8\xff\xe0 JPEG").problem, errc::none),
    errc::decode);
}

TEST(ContentDecoder, StopsWhenNoMoreIsWanted) {
  const auto bomb = deflated(std::string(10 << 20, '\0'), test::gzip_format);
  const auto decoder = content_decoder::create("gzip");
  std::size_t most = 0;
  const auto problem = (*decoder)->feed(bomb, [&](std::string_view more) {
    most += more.size();
    return most < 1 << 20;
  });
  EXPECT_EQ(code_of(problem, errc::none), errc::canceled);
  EXPECT_LE(most, (1u << 20) + (64u << 10));
}

TEST(ContentDecoder, KnowsNoOtherEncoding) {
  for (const auto* each :
       {"br", "zstd", "compress", "gzip, gzip", "aws-chunked"})
    EXPECT_EQ(code_of(content_decoder::create(each).error(), errc::none),
              errc::unsupported_format)
      << each;
}

} // namespace
} // namespace pixmill::net
