#include "imaging/strip_metadata.hpp"

#include <gtest/gtest.h>

#include "imaging/header.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

using test::view;

picture_header header_of(const std::string& bytes) {
  auto header = read_header(view(bytes));
  return header ? std::move(*header) : picture_header{};
}

} // namespace

TEST(StripMetadata, KeepsThePictureAndItsTurn) {
  auto bare = test::jpeg_of(test::photo(40, 24));
  auto source = test::with_segment(bare, 0xe1, test::exif_body(6));
  source = test::with_segment(source, 0xfe, "a comment");
  auto stripped = strip_metadata(view(source), header_of(source));
  EXPECT_LT(stripped.size(), source.size());
  EXPECT_EQ(stripped.find("a comment"), std::string::npos);
  auto header = header_of(stripped);
  EXPECT_EQ(header.width, 40u);
  EXPECT_EQ(header.height, 24u);
  EXPECT_EQ(header.orientation, 6);
}

// Behind a marker that has no length, the two bytes that follow are skipped:
// whoever takes them for one reads other segments than the decoder.
TEST(StripMetadata, LeavesAFileAloneWhoseHeaderHasAMarkerWithoutLength) {
  auto bare = test::jpeg_of(test::photo(40, 24));
  auto frame_at = bare.find("\xff\xc0");
  ASSERT_NE(frame_at, std::string::npos);
  const std::string comment("\xff\xfe\x00\x04\xff\xe1", 6);
  auto frame_size = static_cast<char>(2 + 19);
  for (std::string lone : {"\xff\xd0", "\xff\xd8", "\xff\x01"}) {
    auto source = bare;
    source.insert(frame_at, lone + std::string("\0\6", 2) + comment
                              + std::string{'\0', frame_size});
    auto header = header_of(source);
    ASSERT_EQ(header.width, 40u);
    ASSERT_TRUE(header.metadata);
    EXPECT_EQ(strip_metadata(view(source), header), "");
  }
}

} // namespace pixmill::imaging
