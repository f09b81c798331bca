#include "cluster/result_places.hpp"

#include <gtest/gtest.h>

namespace pixmill::cluster {
namespace {

result_places in_a_bucket() {
  net::s3_settings bucket;
  bucket.endpoint = "https://s3.example:9000";
  bucket.region = "eu-1";
  bucket.bucket = "images";
  bucket.prefix = "shop \"ü\"\n/";
  bucket.style = net::s3_style::virtual_host;
  bucket.encryption = net::s3_encryption::kms;
  bucket.kms_key = "key-1";
  bucket.access_key = "WHO";
  bucket.secret_key = "SECRET";
  bucket.session_token = "SESSION";
  return {.handing_in = "port 8080", .owner = "0123", .bucket = bucket};
}

TEST(ResultPlaces, TellWhichBucketItIs) {
  const auto told = read_result_places(to_text(in_a_bucket()));
  EXPECT_EQ(told.handing_in, "port 8080");
  EXPECT_EQ(told.owner, "0123");
  ASSERT_TRUE(told.bucket);
  EXPECT_EQ(told.bucket->endpoint, "https://s3.example:9000");
  EXPECT_EQ(told.bucket->region, "eu-1");
  EXPECT_EQ(told.bucket->bucket, "images");
  EXPECT_EQ(told.bucket->prefix, "shop \"ü\"\n/");
  EXPECT_EQ(told.bucket->style, net::s3_style::virtual_host);
  EXPECT_EQ(told.bucket->encryption, net::s3_encryption::kms);
  EXPECT_EQ(told.bucket->kms_key, "key-1");
  EXPECT_TRUE(told.folder.empty());
}

TEST(ResultPlaces, TellNoSecret) {
  const auto text = to_text(in_a_bucket());
  for (const auto* secret : {"WHO", "SECRET", "SESSION"})
    EXPECT_EQ(text.find(secret), text.npos) << text;
}

TEST(ResultPlaces, TellWhichFolderItIs) {
  const auto told = read_result_places(to_text({.handing_in = "port 1",
                                                .owner = "0123",
                                                .folder = "/srv/images",
                                                .token = "abc.7"}));
  EXPECT_FALSE(told.bucket);
  EXPECT_EQ(told.folder, "/srv/images");
  EXPECT_EQ(told.token, "abc.7");
}

TEST(ResultPlaces, TakeNonsenseForNowhere) {
  for (const auto* text : {"", "port 8080", "[1]", "{\"bucket\":7}",
                           "{\"handing_in\":3,\"folder\":[]}"}) {
    const auto told = read_result_places(text);
    EXPECT_TRUE(told.handing_in.empty()) << text;
    EXPECT_TRUE(told.folder.empty()) << text;
    EXPECT_FALSE(told.bucket) << text;
  }
}

TEST(ResultPlaces, AreTheSameStoreHoweverItIsMarked) {
  const result_places one{.handing_in = "port 1",
                          .owner = "0123",
                          .folder = "/srv/images",
                          .token = "abc.7"};
  auto other = one;
  other.token = "def.8";
  other.handing_in = "port 2";
  EXPECT_TRUE(same_store(one, other));
  other.folder = "/srv/others";
  EXPECT_FALSE(same_store(one, other));
  EXPECT_FALSE(same_store(one, in_a_bucket()));
}

} // namespace
} // namespace pixmill::cluster
