#include "model/sha256.hpp"

#include <gtest/gtest.h>

namespace pixmill {
namespace {

// FIPS 180-4, the examples of NIST.
constexpr auto of_nothing =
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr auto of_abc =
  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, MatchesThePublishedExamples) {
  EXPECT_EQ(sha256_of(std::string_view{}), of_nothing);
  EXPECT_EQ(sha256_of(std::string_view{"abc"}), of_abc);
}

TEST(Sha256, DoesNotDependOnHowTheBytesAreCut) {
  sha256 hasher;
  hasher.update("a");
  hasher.update("");
  hasher.update("bc");
  EXPECT_EQ(hasher.finish(), of_abc);
}

TEST(Sha256, StartsOverAfterFinish) {
  sha256 hasher;
  hasher.update("x");
  hasher.finish();
  hasher.update("abc");
  EXPECT_EQ(hasher.finish(), of_abc);
}

TEST(Sha256, IsRecognisedByItsShape) {
  EXPECT_TRUE(is_sha256(of_abc));
  EXPECT_FALSE(is_sha256(""));
  EXPECT_FALSE(is_sha256(std::string(64, 'G')));
  EXPECT_FALSE(is_sha256(std::string(64, 'A')));
  EXPECT_FALSE(is_sha256(std::string(63, 'a')));
}

} // namespace
} // namespace pixmill
