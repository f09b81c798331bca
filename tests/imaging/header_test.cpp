#include "imaging/header.hpp"

#include <gtest/gtest.h>

#include "imaging/png_codec.hpp"
#include "imaging/webp_codec.hpp"
#include "model/errc.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

using test::view;

errc code_for(const std::string& bytes) {
  auto header = read_header(view(bytes));
  return header ? errc::none : code_of(header.error(), errc::none);
}

std::string magic(std::string start) {
  start.resize(64, '\1');
  return start;
}

std::string little_endian(std::size_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i)
    bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  return bytes;
}

std::string tiff_entry(std::size_t tag, std::size_t count, std::size_t value) {
  return little_endian(tag, 2) + little_endian(3, 2) + little_endian(count, 4)
         + little_endian(value, 4);
}

/// A TIFF of one directory, 1 x 1 pixel.
/// @param entries Behind its width and height.
/// @param next    Where the next directory is said to be.
std::string tiff(const std::string& entries, std::size_t next) {
  return std::string("II*\0\x08\0\0\0", 8)
         + little_endian(2 + entries.size() / 12, 2) + tiff_entry(256, 1, 1)
         + tiff_entry(257, 1, 1) + entries + little_endian(next, 4);
}

} // namespace

TEST(Header, FindsTheFormatByItsFirstBytes) {
  auto pixels = test::photo(40, 24);
  EXPECT_EQ(read_header(view(test::jpeg_of(pixels)))->format,
            image_format::jpeg);
  EXPECT_EQ(read_header(view(*encode_png(pixels, {})))->format,
            image_format::png);
  EXPECT_EQ(read_header(view(*encode_webp(pixels, {}, {})))->format,
            image_format::webp);
}

// Each directory takes room in the file, so that all work is bounded by its
// size; a chain that bites its own tail went round 70 000 times.
TEST(Header, RefusesTiffDirectoriesThatOverlap) {
  const std::string entries(12 * std::size_t{4'000}, '\0');
  EXPECT_EQ(code_for(tiff(entries, 0)), errc::none);
  EXPECT_EQ(code_for(tiff(entries, 8)), errc::decode);
}

TEST(Header, RefusesTiffDirectoriesThatShareTheirStrips) {
  constexpr std::size_t strips = 3'000;
  // Empty strips at 0: both lists are the same zeros at the end.
  auto with_lists = [&](std::size_t next) {
    auto lists_at = tiff(std::string(24, '\0'), 0).size();
    return tiff(tiff_entry(273, strips, lists_at)
                  + tiff_entry(279, strips, lists_at),
                next)
           + std::string(2 * strips, '\0');
  };
  EXPECT_EQ(code_for(with_lists(0)), errc::none);
  auto second = with_lists(0).size();
  auto two = with_lists(second);
  EXPECT_EQ(code_for(two + two.substr(8, 2 + 4 * 12) + little_endian(0, 4)),
            errc::decode);
}

TEST(Header, StatesTheSizeAsStored) {
  auto header = read_header(view(test::with_segment(
    test::jpeg_of(test::photo(40, 24)), 0xe1, test::exif_body(6))));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->width, 40u);
  EXPECT_EQ(header->height, 24u);
  EXPECT_EQ(header->orientation, 6);
  EXPECT_TRUE(header->sideways());
}

TEST(Header, CallsTextAndGarbageNoImage) {
  EXPECT_EQ(code_for(""), errc::not_an_image);
  EXPECT_EQ(code_for("404 not found"), errc::not_an_image);
  EXPECT_EQ(code_for("<!DOCTYPE html><html></html>"), errc::not_an_image);
  EXPECT_EQ(code_for(magic("\1\2\3")), errc::not_an_image);
}

TEST(Header, RefusesDocumentsVectorsAndFilms) {
  EXPECT_EQ(code_for("<?xml version='1.0'?><svg></svg>"),
            errc::unsupported_format);
  EXPECT_EQ(code_for(magic("%PDF-1.7")), errc::unsupported_format);
  EXPECT_EQ(code_for(magic("%!PS-Adobe-3.0")), errc::unsupported_format);
  EXPECT_EQ(code_for(magic("push graphic-context")), errc::unsupported_format);
  EXPECT_EQ(code_for(magic({"\0\0\0\x18"
                            "ftypheic",
                            12})),
            errc::unsupported_format);
  EXPECT_EQ(code_for(magic({"\0\0\0\x18"
                            "ftypisom",
                            12})),
            errc::unsupported_format);
}

TEST(Header, FindsEachFormatCutShort) {
  auto pixels = test::photo(64, 48);
  for (auto& whole : {test::jpeg_of(pixels), *encode_png(pixels, {}),
                      *encode_webp(pixels, {}, {})}) {
    EXPECT_EQ(code_for(whole), errc::none);
    EXPECT_EQ(code_for(whole.substr(0, whole.size() * 2 / 3)), errc::truncated);
    EXPECT_EQ(code_for(whole.substr(0, whole.size() - 2)), errc::truncated);
  }
}

TEST(Header, RefusesTooManyPixelsASideAndFrames) {
  picture_header header;
  header.width = 5000;
  header.height = 4000;
  EXPECT_FALSE(check_limits(header, {}));
  EXPECT_EQ(code_of(check_limits(header, {.max_pixels = 19'999'999}), {}),
            errc::too_many_pixels);
  EXPECT_EQ(code_of(check_limits(header, {.max_side = 4999}), {}),
            errc::too_many_pixels);
  header.frames = 6;
  EXPECT_EQ(code_of(check_limits(header, {}), {}), errc::too_many_pixels);
  EXPECT_EQ(code_of(check_limits(header, {.max_frames = 5}), {}),
            errc::too_many_frames);
}

} // namespace pixmill::imaging
