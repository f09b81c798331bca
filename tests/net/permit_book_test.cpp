#include "net/permit_book.hpp"

#include <gtest/gtest.h>

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;

constexpr permit_book::time_point now{1'000s};

TEST(PermitBook, GoesByTheNewestPermit) {
  permit_book book;
  EXPECT_TRUE(book.take({.origin = "a", .transfers = 3, .version = 2}));
  EXPECT_FALSE(book.take({.origin = "a", .transfers = 6, .version = 1}));
  EXPECT_FALSE(book.take({.origin = "a", .transfers = 6, .version = 2}));
  EXPECT_EQ(book.find("a")->transfers, 3u);
  EXPECT_TRUE(book.take({.origin = "a", .transfers = 1, .version = 5}));
  EXPECT_EQ(book.find("a")->transfers, 1u);
  EXPECT_EQ(book.find("b"), nullptr);
}

TEST(PermitBook, GivesUpWhatIsNotUsed) {
  permit_book book;
  book.take({.origin = "a", .transfers = 3, .version = 1});
  EXPECT_TRUE(book.keep("a", true, now));
  EXPECT_TRUE(book.keep("a", false, now + 1s));
  EXPECT_TRUE(book.keep("a", false, now + 3'900ms));
  EXPECT_TRUE(book.keep("a", true, now + 3'950ms));
  EXPECT_TRUE(book.keep("a", false, now + 4s));
  EXPECT_FALSE(book.keep("a", false, now + 7s));
  EXPECT_EQ(book.find("a"), nullptr);
}

TEST(PermitBook, TakesNoOldPermitForWhatItGaveUp) {
  permit_book book;
  book.take({.origin = "a", .transfers = 3, .version = 4});
  book.keep("a", false, now);
  ASSERT_FALSE(book.keep("a", false, now + 3s));
  EXPECT_FALSE(book.take({.origin = "a", .transfers = 3, .version = 3}));
  EXPECT_TRUE(book.take({.origin = "a", .transfers = 2, .version = 5}));
  book.clear();
  EXPECT_TRUE(book.take({.origin = "a", .transfers = 2, .version = 1}));
}

} // namespace
} // namespace pixmill::net
