#include "config/suggestion.hpp"

#include <array>

#include <gtest/gtest.h>

namespace pixmill::config {
namespace {

constexpr std::array<std::string_view, 3> known{"per-origin", "max-bytes",
                                                "nice"};

TEST(Suggestion, FindsASlipOfTheKeyboard) {
  EXPECT_EQ(nearest("per-orign", known), "per-origin");
  EXPECT_EQ(nearest("max_bytes", known), "max-bytes");
  EXPECT_EQ(nearest("NICE", known), "nice");
  EXPECT_EQ(nearest("ncie", known), "nice");
}

TEST(Suggestion, KeepsQuietAboutDistantWords) {
  EXPECT_EQ(nearest("timeout", known), "");
  EXPECT_EQ(nearest("", known), "");
}

TEST(Suggestion, ListsWhatThereIsWhenNothingIsNear) {
  EXPECT_EQ(suggestion("nicer", known), "; did you mean \"nice\"?");
  EXPECT_EQ(suggestion("zebra", known), "; known: per-origin, max-bytes, nice");
}

} // namespace
} // namespace pixmill::config
