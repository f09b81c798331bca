#include "model/item.hpp"

#include <gtest/gtest.h>

#include "model/job.hpp"

namespace pixmill {
namespace {

constexpr auto job = "job_01JDZ7Q4T5ABCDEFGHJKMNPQRS";

TEST(ItemId, IsAUlidOfTheJobsTime) {
  const auto id = item_id(job, {1, 0});
  EXPECT_EQ(id.size(), 30u);
  EXPECT_EQ(id.substr(0, 14), "itm_01JDZ7Q4T5");
}

TEST(ItemId, SaysWhereTheItemIs) {
  for (const slot_id slot :
       {slot_id{1, 0}, {1, 65'535}, {1'000'000, 9'999}, {UINT32_MAX, 3}})
    EXPECT_EQ(slot_of_item(job, item_id(job, slot)), slot);
}

TEST(ItemId, SortsAsItemsDo) {
  EXPECT_LT(item_id(job, {1, 300}), item_id(job, {2, 0}));
  EXPECT_LT(item_id(job, {255, 1}), item_id(job, {256, 0}));
  EXPECT_LT(item_id(job, {0x00ffffff, 1}), item_id(job, {0x01000000, 0}));
}

TEST(ItemId, BelongsToOneJob) {
  const auto id = item_id(job, {7, 1});
  EXPECT_FALSE(slot_of_item("job_01JDZ7Q4T6ABCDEFGHJKMNPQRS", id));
  EXPECT_FALSE(slot_of_item("job_01JDZ7Q4T5BBCDEFGHJKMNPQRS", id));
  EXPECT_FALSE(slot_of_item(job, "itm_"));
  EXPECT_FALSE(slot_of_item(job, std::string{job}));
  EXPECT_FALSE(slot_of_item(job, id.substr(0, 29) + "u"));
  EXPECT_FALSE(slot_of_item(job, item_id(job, {0, 1})));
}

TEST(ItemId, IsMadeOfRealIds) {
  const auto one = new_id("job_", unix_now());
  EXPECT_EQ(slot_of_item(one, item_id(one, {5, 2})), (slot_id{5, 2}));
}

TEST(Host, IsTakenFromAUrl) {
  EXPECT_EQ(host_of("http://a.example/x:y@z"), "a.example");
  EXPECT_EQ(host_of("https://u:p@a.example:8080?q"), "a.example");
  EXPECT_EQ(host_of("http://[::1]:80/x"), "[::1]");
  EXPECT_EQ(host_of("photo.jpg"), "");
}

TEST(FailureWord, IsOneOfAnItem) {
  for (const auto* word : {"dns", "http_404", "url_invalid", "canceled"})
    EXPECT_TRUE(is_failure_word(word)) << word;
  for (const auto* word :
       {"", "http", "http_", "http_4", "http_4o4", "disk_full", "DNS"})
    EXPECT_FALSE(is_failure_word(word)) << word;
}

TEST(ItemState, IsFoundByItsWord) {
  EXPECT_EQ(item_state_from("kept_original"), item_state::kept_original);
  EXPECT_EQ(item_state_from("pending"), item_state::pending);
  EXPECT_FALSE(item_state_from("unknown"));
}

} // namespace
} // namespace pixmill
