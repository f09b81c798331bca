#include "http/byte_range.hpp"

#include <gtest/gtest.h>

namespace pixmill::http {
namespace {

constexpr std::uint64_t size = 1000;

TEST(ByteRange, IsAPartOfTheFile) {
  struct {
    const char* field;
    std::uint64_t first;
    std::uint64_t length;
  } const parts[] = {
    {"bytes=0-0", 0, 1},      {"bytes=0-9", 0, 10},
    {"bytes=990-", 990, 10},  {"bytes=999-5000", 999, 1},
    {"bytes=-10", 990, 10},   {"bytes=-5000", 0, 1000},
    {"bytes=0-999", 0, 1000}, {"bytes=0-", 0, 1000},
  };
  for (const auto& part : parts) {
    const auto range = range_in(part.field, size);
    EXPECT_TRUE(range.satisfiable && !range.whole) << part.field;
    EXPECT_EQ(range.first, part.first) << part.field;
    EXPECT_EQ(range.length, part.length) << part.field;
  }
}

TEST(ByteRange, LiesOutsideOfTheFile) {
  for (const auto* field : {"bytes=1000-", "bytes=1000-1001", "bytes=-0"})
    EXPECT_FALSE(range_in(field, size).satisfiable) << field;
  EXPECT_FALSE(range_in("bytes=0-", 0).satisfiable);
}

TEST(ByteRange, IsAllWhenNothingElseIsSaid) {
  for (const auto* field : {"", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b",
                            "items=0-1", "bytes=1", "bytes=0-1x"}) {
    const auto range = range_in(field, size);
    EXPECT_TRUE(range.whole && range.satisfiable) << field;
    EXPECT_EQ(range.length, size) << field;
  }
}

} // namespace
} // namespace pixmill::http
