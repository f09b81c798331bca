#include <string>

#include <gtest/gtest.h>

#include "tests/net/deflated.hpp"
#include "tests/net/fetching.hpp"

namespace pixmill::net {
namespace {

using test::connection;
using test::deflated;
using test::loopback_server;

download fetch_encoded(const std::string& encoding, const std::string& body) {
  const loopback_server origin{[&](connection& peer, const auto&, const auto&) {
    peer.answer("200 OK", body, "Content-Encoding: " + encoding + "\r\n");
  }};
  return test::fetch_once(origin);
}

TEST(DownloaderEncoding, DecodesWhatOriginsEncodeUnasked) {
  const std::string image(300'000, 'x');
  for (const auto& [encoding, format] : {std::pair{"gzip", test::gzip_format},
                                         {"GZIP", test::gzip_format},
                                         {"deflate", test::raw_format}}) {
    const auto got = fetch_encoded(encoding, deflated(image, format));
    ASSERT_TRUE(got.body) << encoding << got.why.detail;
    EXPECT_EQ(*got.body, image);
  }
}

TEST(DownloaderEncoding, CapsWhatComesOut) {
  const auto bomb = deflated(std::string(64 << 20, '\0'), test::gzip_format);
  ASSERT_LT(bomb.size(), 100'000u);
  EXPECT_EQ(fetch_encoded("gzip", bomb).why.code, errc::too_large);
}

TEST(DownloaderEncoding, RefusesOtherEncodings) {
  const auto got = fetch_encoded("br", "image");
  EXPECT_EQ(got.why.code, errc::unsupported_format);
  EXPECT_EQ(got.why.detail, "Content-Encoding br");
}

TEST(DownloaderEncoding, FindsDamageAndMissingEnds) {
  const auto whole = deflated(std::string(300'000, 'x'), test::gzip_format);
  EXPECT_EQ(fetch_encoded("gzip", whole.substr(0, whole.size() - 9)).why.code,
            errc::truncated);
  EXPECT_EQ(fetch_encoded("gzip", "not gzip").why.code, errc::decode);
  EXPECT_EQ(fetch_encoded("gzip", deflated("", test::gzip_format)).why.code,
            errc::empty_body);
}

} // namespace
} // namespace pixmill::net
