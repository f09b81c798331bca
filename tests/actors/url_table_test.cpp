#include "actors/url_table.hpp"

#include <string>

#include <gtest/gtest.h>

namespace pixmill::actors {
namespace {

TEST(UrlTable, KeepsTheFirstOwnerOfAUrl) {
  url_table table{2};
  EXPECT_EQ(table.at("http://a/1", {1, 0}).owner, (slot_id{1, 0}));
  EXPECT_EQ(table.at("http://a/1", {2, 3}).owner, (slot_id{1, 0}));
  EXPECT_EQ(table.at("http://a/2", {2, 3}).owner, (slot_id{2, 3}));
}

TEST(UrlTable, GrowsBeyondWhatWasExpected) {
  url_table table{1};
  for (std::uint32_t i = 1; i <= 10'000; ++i)
    table.at("http://a/" + std::to_string(i), {i, 0});
  for (std::uint32_t i = 1; i <= 10'000; ++i)
    ASSERT_EQ(table.at("http://a/" + std::to_string(i), {1, 1}).owner.row, i);
}

TEST(UrlTable, RemembersThatAnOwnerIsSettled) {
  url_table table{4};
  table.at("http://a/1", {1, 0}).settled = true;
  EXPECT_TRUE(table.at("http://a/1", {9, 0}).settled);
}

} // namespace
} // namespace pixmill::actors
