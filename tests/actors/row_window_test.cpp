#include "actors/row_window.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pixmill::actors {
namespace {

constexpr const char* head = "S. No.,Product Name,Input Image Urls\n";

class RowWindow : public testing::Test {
protected:
  row_window open(const std::string& rows, bool fresh = true,
                  std::uint32_t ahead = 64) {
    row_window window{{}, 16, fresh, ahead};
    EXPECT_EQ(window.advance(), row_window::wants::chunk);
    window.feed(head + rows);
    window.feed(std::string_view{});
    return window;
  }
};

TEST_F(RowWindow, MakesATaskOfEachUrl) {
  auto window = open("1,Pen,\"http://a/1.jpg,http://a/2.jpg\"\n");
  EXPECT_EQ(window.advance(), row_window::wants::nothing);
  EXPECT_TRUE(window.ended());
  ASSERT_EQ(window.ready().size(), 2u);
  EXPECT_EQ(window.ready()[1].url, "http://a/2.jpg");
  EXPECT_EQ(window.ready()[1].slot, (slot_id{1, 1}));
}

TEST_F(RowWindow, LetsARepeatedUrlWaitForItsFirst) {
  auto window = open("1,Pen,http://a/1.jpg\n2,Cup,http://a/1.jpg\n");
  window.advance();
  ASSERT_EQ(window.ready().size(), 1u);
  const auto followers = window.settle({1, 0}, "http://a/1.jpg");
  ASSERT_EQ(followers.size(), 1u);
  EXPECT_EQ(followers[0].slot, (slot_id{2, 0}));
  EXPECT_EQ(followers[0].same_as, (slot_id{1, 0}));
}

TEST_F(RowWindow, AnswersARepeatedUrlFromAnOutcome) {
  auto window = open("1,Pen,http://a/1.jpg\n2,Cup,http://a/1.jpg\n", false);
  ASSERT_EQ(window.advance(), row_window::wants::settled);
  settled_page page;
  page.slots = {{{1, 0}, true}};
  page.last = true;
  window.feed(page);
  window.advance();
  EXPECT_FALSE(window.has_ready());
  const auto answered = window.take_answered();
  ASSERT_EQ(answered.size(), 1u);
  EXPECT_EQ(answered[0].same_as, (slot_id{1, 0}));
}

TEST_F(RowWindow, TriesAUrlAgainWhoseOtherSlotFailed) {
  auto window = open("1,Pen,http://a/1.jpg\n2,Cup,http://a/1.jpg\n", false);
  window.advance();
  settled_page page;
  page.slots = {{{1, 0}, false}};
  page.last = true;
  window.feed(page);
  window.advance();
  ASSERT_EQ(window.ready().size(), 1u);
  EXPECT_EQ(window.ready()[0].slot, (slot_id{2, 0}));
}

TEST_F(RowWindow, SkipsEntriesThatCannotRun) {
  auto window = open("1,Pen,\"http://a/1.jpg,ftp://a/2.jpg\"\n");
  window.advance();
  EXPECT_EQ(window.ready().size(), 1u);
  const auto answered = window.take_answered();
  ASSERT_EQ(answered.size(), 1u);
  EXPECT_EQ(answered[0].result.state, item_state::skipped);
  EXPECT_EQ(answered[0].result.why.code, errc::url_invalid);
}

TEST_F(RowWindow, ReadsNoFurtherThanItsRowsAhead) {
  std::string rows;
  for (int i = 1; i <= 10; ++i)
    rows += std::to_string(i) + ",P,http://a/" + std::to_string(i) + ".jpg\n";
  auto window = open(rows, true, 4);
  window.advance();
  EXPECT_EQ(window.ready().size(), 4u);
  EXPECT_FALSE(window.ended());
  window.ready().pop_front();
  window.advance();
  EXPECT_EQ(window.ready().back().slot.row, 5u);
}

} // namespace
} // namespace pixmill::actors
