#include "http/sheet_check.hpp"

#include <gtest/gtest.h>

#include "tests/http/fake_backend.hpp"

namespace pixmill::http {
namespace {

using test::fake_backend;

const std::string header = "S. No.,Product Name,Input Image Urls\n";

class SheetCheck : public testing::Test {
protected:
  fake_backend head;
  sheet_room room{testing::TempDir()};
};

TEST_F(SheetCheck, FindsWhatIsWrongWithoutStoringAnything) {
  head.full = true; // The journal would take nothing.
  sheet_check subject{head, room, 1 << 20};
  ASSERT_FALSE(subject.feed(header + "1,Mug,http://a/x.jpg\n"));
  ASSERT_FALSE(subject.feed("2,Cup,ftp://a/y.jpg\n"));
  const auto sheet = subject.check({});
  ASSERT_TRUE(sheet);
  EXPECT_EQ(sheet->totals.rows, 2u);
  EXPECT_EQ(sheet->errors_total, 1u);
  EXPECT_EQ(head.chunks, 0);
}

TEST_F(SheetCheck, KeepsLongSheetsInAFile) {
  sheet_check subject{head, room, 64 << 20};
  ASSERT_FALSE(subject.feed(header));
  const std::string row = "1,Mug,http://a/x.jpg\n";
  const std::uint32_t rows = 100'000;
  for (std::uint32_t i = 0; i < rows; ++i)
    ASSERT_FALSE(subject.feed(row));
  EXPECT_GT(room.disk.used(), 1u << 20);
  const auto sheet = subject.check({});
  ASSERT_TRUE(sheet);
  EXPECT_EQ(sheet->totals.rows, rows);
}

TEST_F(SheetCheck, TakesNoMoreThanItsLimit) {
  sheet_check subject{head, room, 100};
  EXPECT_FALSE(subject.feed(std::string(100, 'a')));
  const auto refused = subject.feed("a");
  EXPECT_EQ(code_of(refused, errc::none), errc::too_large);
}

} // namespace
} // namespace pixmill::http
