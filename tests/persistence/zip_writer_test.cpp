#include "persistence/zip_writer.hpp"

#include <cstdint>
#include <string>

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

namespace pixmill::persistence {
namespace {

constexpr std::int64_t some_time = 1'700'000'000;

TEST(ZipWriter, ListsMoreFilesThanSixteenBitsCount) {
  constexpr int count = 70'000;
  std::string zip;
  zip_writer writer{zip};
  for (int i = 0; i < count; ++i) {
    ASSERT_TRUE(writer.begin_file(std::to_string(i), some_time, 1));
    ASSERT_TRUE(writer.write("x"));
  }
  ASSERT_TRUE(writer.finish());
  auto* from = archive_read_new();
  // By the list of files at its end.
  archive_read_support_format_zip_seekable(from);
  ASSERT_EQ(archive_read_open_memory(from, zip.data(), zip.size()), ARCHIVE_OK);
  int found = 0;
  for (archive_entry* entry = nullptr;
       archive_read_next_header(from, &entry) == ARCHIVE_OK;)
    ++found;
  EXPECT_EQ(found, count);
  EXPECT_NE(zip.find("PK\x06\x06"), std::string::npos) << "no ZIP64 record";
  archive_read_free(from);
}

TEST(ZipWriter, SaysSixtyFourBitsOfAFileThatNeedsThem) {
  constexpr std::size_t version_at = 4; // "version needed to extract"
  std::string zip;
  zip_writer writer{zip};
  ASSERT_TRUE(writer.begin_file("large", some_time, 5ull << 30));
  ASSERT_GT(zip.size(), version_at);
  EXPECT_EQ(zip[version_at], 45); // PKWARE's APPNOTE, 4.4.3.2: ZIP64.
}

TEST(ZipWriter, RefusesToGoOnBehindItsEnd) {
  std::string zip;
  zip_writer writer{zip};
  ASSERT_TRUE(writer.finish());
  EXPECT_FALSE(writer.begin_file("late", some_time, 1));
}

} // namespace
} // namespace pixmill::persistence
