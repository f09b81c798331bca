#include "net/s3_address.hpp"

#include <gtest/gtest.h>

#include "model/errc.hpp"

namespace pixmill::net {
namespace {

class S3Address : public testing::Test {
protected:
  S3Address() {
    settings.bucket = "images";
  }

  std::string url(std::string_view key, const s3_query& query = {}) {
    const auto address = s3_address::of(settings);
    EXPECT_TRUE(address);
    return address ? address->url(key, query) : "";
  }

  bool refused() {
    const auto address = s3_address::of(settings);
    return !address
           && code_of(address.error(), errc::none) == errc::config_invalid;
  }

  s3_settings settings;
};

TEST_F(S3Address, IsThatOfAwsWithoutAnEndpoint) {
  settings.region = "eu-central-1";
  EXPECT_EQ(url("a.jpg"), "https://s3.eu-central-1.amazonaws.com/images/a.jpg");
}

TEST_F(S3Address, HasTheBucketInThePathOrInTheHost) {
  settings.endpoint = "http://s3.shop.example:9000/";
  EXPECT_EQ(url("ab/c.jpg"), "http://s3.shop.example:9000/images/ab/c.jpg");
  EXPECT_EQ(url({}, {{"prefix", ""}}),
            "http://s3.shop.example:9000/images?prefix=");
  settings.style = s3_style::virtual_host;
  EXPECT_EQ(url("ab/c.jpg"), "http://images.s3.shop.example:9000/ab/c.jpg");
  EXPECT_EQ(url({}, {{"prefix", ""}}),
            "http://images.s3.shop.example:9000/?prefix=");
}

TEST_F(S3Address, IsEncodedAsItIsSigned) {
  settings.endpoint = "http://s3";
  EXPECT_EQ(url("a b/ü+~.jpg"), "http://s3/images/a%20b/%C3%BC%2B~.jpg");
  EXPECT_EQ(url("k", {{"uploadId", "a/b+c="}, {"partNumber", "2"}}),
            "http://s3/images/k?partNumber=2&uploadId=a%2Fb%2Bc%3D");
}

TEST_F(S3Address, RefusesWhatIsNoEndpoint) {
  for (const auto* text :
       {"s3.shop.example", "ftp://s3", "http://s3/path", "http://u:p@s3",
        "http://s3?x", "http://s3#x", "http://"}) {
    settings.endpoint = text;
    EXPECT_TRUE(refused()) << text;
  }
}

TEST_F(S3Address, RefusesWhatIsNoBucketOrRegion) {
  for (const auto* text : {"", "ab", "a/b", "a b c", "../etc", "a..b"}) {
    settings.bucket = text;
    EXPECT_TRUE(refused()) << text;
  }
  settings.bucket = "images";
  settings.region = "eu/central";
  EXPECT_TRUE(refused());
}

} // namespace
} // namespace pixmill::net
