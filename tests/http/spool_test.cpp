#include "http/spool.hpp"

#include <array>
#include <filesystem>

#include <gtest/gtest.h>

namespace pixmill::http {
namespace {

struct Spool : testing::Test {
  byte_budget memory{100};
  byte_budget disk{1'000};
  spool_room room{.directory = std::filesystem::temp_directory_path(),
                  .above = 50,
                  .memory = memory,
                  .disk = disk};

  static std::string all_of(spool& body) {
    std::string result;
    std::array<char, 7> piece{};
    for (;;) {
      const auto got = body.read(piece.data(), piece.size());
      if (got <= 0)
        return result;
      result.append(piece.data(), static_cast<std::size_t>(got));
    }
  }
};

TEST_F(Spool, KeepsShortBodiesInMemory) {
  spool body{room};
  EXPECT_EQ(body.append("hello, "), spool_state::stored);
  EXPECT_EQ(body.append("world"), spool_state::stored);
  EXPECT_FALSE(body.in_file());
  EXPECT_EQ(memory.used(), 12u);
  EXPECT_EQ(all_of(body), "hello, world");
}

TEST_F(Spool, KeepsLongBodiesInAFile) {
  {
    spool body{room};
    const auto piece = std::string(30, 'a') + "b";
    for (int i = 0; i < 5; ++i)
      EXPECT_EQ(body.append(piece), spool_state::stored);
    EXPECT_TRUE(body.in_file());
    EXPECT_EQ(body.size(), 155u);
    EXPECT_EQ(memory.used(), 0u);
    EXPECT_EQ(disk.used(), 155u);
    EXPECT_EQ(all_of(body), piece + piece + piece + piece + piece);
  }
  EXPECT_EQ(disk.used(), 0u);
}

TEST_F(Spool, TakesAFileWhenMemoryIsUsedUp) {
  ASSERT_TRUE(memory.try_take(95));
  spool body{room};
  EXPECT_EQ(body.append("hello, world"), spool_state::stored);
  EXPECT_TRUE(body.in_file());
  EXPECT_EQ(all_of(body), "hello, world");
}

TEST_F(Spool, SaysWhenFilesAreUsedUp) {
  spool body{room};
  EXPECT_EQ(body.append(std::string(1'000, 'a')), spool_state::stored);
  EXPECT_EQ(body.append("a"), spool_state::no_room);
}

TEST_F(Spool, SaysWhenNoFileCanBeMade) {
  room.directory = "/nonexistent";
  spool body{room};
  EXPECT_EQ(body.append(std::string(51, 'a')), spool_state::disk_full);
}

} // namespace
} // namespace pixmill::http
