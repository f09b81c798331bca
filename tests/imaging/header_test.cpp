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
