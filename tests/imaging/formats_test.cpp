#include <gtest/gtest.h>

#include "imaging/avif_codec.hpp"
#include "imaging/compressor.hpp"
#include "imaging/format_decision.hpp"
#include "imaging/gif_writer.hpp"
#include "imaging/header.hpp"
#include "imaging/png_codec.hpp"
#include "imaging/webp_codec.hpp"
#include "model/errc.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

using test::view;

constexpr compress_goal half{.target = target_kind::ratio, .value = 500'000};

compress_goal half_as(format_choice format) {
  auto goal = half;
  goal.format = format;
  return goal;
}

compressed_image done(const std::string& source, const compress_goal& goal) {
  auto image = compress(view(source), goal, {});
  if (!image)
    ADD_FAILURE() << context_of(image.error());
  return image ? std::move(*image) : compressed_image{};
}

/// Returns the header of what came out, checked against what was promised.
picture_header header_of(const compressed_image& image) {
  auto header = read_header(view(image.bytes));
  EXPECT_TRUE(header);
  if (!header)
    return {};
  EXPECT_EQ(header->format, image.format);
  EXPECT_EQ(header->width, image.width);
  EXPECT_EQ(header->height, image.height);
  return *header;
}

std::string gif_bytes(const animation& frames) {
  return encode_gif_frames(*gif_of(frames), 0);
}

/// A bitmap of 24 or 32 bits, bottom up.
std::string bmp_of(const pixel_buffer& pixels) {
  auto bits = pixels.channels * 8u;
  auto row = (pixels.width * pixels.channels + 3) / 4 * 4;
  std::string out("BM");
  auto put = [&out](std::uint32_t value, int bytes) {
    for (; bytes > 0; --bytes, value >>= 8)
      out.push_back(static_cast<char>(value & 0xff));
  };
  put(54 + row * pixels.height, 4);
  put(0, 4);
  put(54, 4);
  put(40, 4);
  put(pixels.width, 4);
  put(pixels.height, 4);
  put(1, 2);
  put(bits, 2);
  for (int i = 0; i < 6; ++i)
    put(0, 4);
  for (auto y = pixels.height; y-- > 0;) {
    for (std::uint32_t x = 0; x < pixels.width; ++x) {
      auto* at = pixels.row(y) + x * pixels.channels;
      for (auto c : {2, 1, 0})
        put(at[c], 1);
      if (pixels.channels == 4)
        put(at[3], 1);
    }
    out.resize(out.size() + row - pixels.width * pixels.channels);
  }
  return out;
}

} // namespace

TEST(Png, BecomesAPaletteToFit) {
  auto source = *encode_png(test::photo(200, 160), {});
  auto image = done(source, half);
  EXPECT_LE(image.bytes.size(), source.size() / 2);
  EXPECT_TRUE(header_of(image).palette);
  EXPECT_FALSE(image.target_missed);
  EXPECT_GT(image.likeness.luma_ppm, 500'000u);
}

TEST(Png, KeepsTransparency) {
  auto pixels = test::cutout(120);
  auto image = done(*encode_png(pixels, {}), half);
  EXPECT_TRUE(header_of(image).alpha);
  auto shown = decode_png(view(image.bytes));
  ASSERT_TRUE(shown);
  ASSERT_EQ(shown->pixels.channels, 4);
  EXPECT_EQ(shown->pixels.row(0)[3], 0);
  EXPECT_EQ(shown->pixels.row(60)[60 * 4 + 3], 255);
}

TEST(Png, KeepsTheProfileAndDropsText) {
  auto source = *encode_png(test::photo(120, 90), test::profile());
  auto image = done(source, half);
  EXPECT_EQ(decode_png(view(image.bytes))->icc, test::profile());
  EXPECT_FALSE(header_of(image).metadata);
}

TEST(Png, TakesFewColoursWithoutLoss) {
  auto pixels = test::drawing(160, 120, 12);
  auto source = *encode_png(with_alpha(pixels), {});
  auto image = done(source, {.target = target_kind::quality, .value = 100});
  auto& bytes = image.bytes.empty() ? source : image.bytes;
  EXPECT_EQ(flattened(decode_png(view(bytes))->pixels).samples, pixels.samples);
}

TEST(Png, RefusesAWrongChecksum) {
  auto source = *encode_png(test::photo(64, 64), {});
  source[source.size() / 2] ^= 0x10;
  auto image = compress(view(source), half, {});
  ASSERT_FALSE(image);
  EXPECT_EQ(code_of(image.error(), {}), errc::decode);
}

TEST(Webp, FitsTheTarget) {
  auto source = *encode_webp(test::photo(200, 160), {.quality = 90}, {});
  auto image = done(source, half);
  EXPECT_EQ(header_of(image).format, image_format::webp);
  EXPECT_LE(image.bytes.size(), source.size() / 2);
  EXPECT_GT(image.likeness.luma_ppm, 500'000u);
}

TEST(Webp, KeepsTransparencyAndProfile) {
  auto source =
    *encode_webp(test::cutout(120), {.quality = 95}, test::profile());
  auto image = done(source, half);
  auto header = header_of(image);
  EXPECT_TRUE(header.alpha);
  EXPECT_EQ(header.icc, test::profile());
}

TEST(Webp, KeepsTheAnimation) {
  auto source = *encode_webp(test::moving_square(96), {.quality = 95}, {});
  auto image = done(source, half);
  auto moving = decode_webp_animation(view(image.bytes));
  ASSERT_TRUE(moving);
  EXPECT_EQ(moving->frames.size(), 3u);
  EXPECT_EQ(moving->ends.back(), 300);
  EXPECT_LE(image.bytes.size(), source.size() / 2);
}

TEST(Gif, KeepsTheAnimation) {
  auto source = gif_bytes(test::moving_square(96));
  auto image = done(source, half);
  auto& bytes = image.bytes.empty() ? source : image.bytes;
  auto moving = decode_gif_animation(view(bytes));
  ASSERT_TRUE(moving);
  EXPECT_EQ(moving->frames.size(), 3u);
  EXPECT_EQ(moving->ends.back(), 300);
  EXPECT_EQ(image.format, image_format::gif);
}

TEST(Gif, MovesOnAsWebp) {
  auto source = gif_bytes(test::moving_square(96));
  auto image = done(source, half_as(format_choice::webp));
  EXPECT_EQ(header_of(image).frames, 3u);
  EXPECT_EQ(image.format, image_format::webp);
}

TEST(Bmp, BecomesJpegOrPngWhereItHasAlpha) {
  auto image = done(bmp_of(test::photo(120, 90)), half);
  EXPECT_EQ(header_of(image).format, image_format::jpeg);
  image = done(bmp_of(test::photo(120, 90, 4)), half);
  EXPECT_EQ(header_of(image).format, image_format::jpeg);
}

TEST(Avif, IsWrittenAndReadAgain) {
  auto source = *encode_png(test::photo(160, 120), {});
  auto image = done(source, half_as(format_choice::avif));
  EXPECT_EQ(header_of(image).format, image_format::avif);
  auto again = done(image.bytes, half);
  EXPECT_EQ(again.format, image_format::avif);
  EXPECT_EQ(again.width, 160u);
}

TEST(Avif, KeepsTransparencyAndProfile) {
  auto bytes = encode_avif(test::cutout(120), 80, test::profile());
  ASSERT_TRUE(bytes);
  auto header = read_header(view(*bytes));
  ASSERT_TRUE(header);
  EXPECT_TRUE(header->alpha);
  auto shown = decode_avif(view(*bytes), *header);
  ASSERT_TRUE(shown);
  ASSERT_EQ(shown->pixels.channels, 4);
  EXPECT_EQ(shown->pixels.row(0)[3], 0);
  EXPECT_EQ(shown->pixels.row(60)[60 * 4 + 3], 255);
  EXPECT_EQ(shown->icc, test::profile());
}

TEST(Avif, RefusesAPictureLargerThanItsHeaderSays) {
  auto bytes = *encode_avif(test::photo(160, 120), 60, {});
  picture_header header;
  header.width = header.height = 64;
  EXPECT_FALSE(decode_avif(view(bytes), header));
}

TEST(Avif, RefusesADamagedStream) {
  auto bytes = *encode_avif(test::photo(160, 120), 60, {});
  bytes.resize(bytes.size() / 2);
  EXPECT_FALSE(compress(view(bytes), half, {}));
}

TEST(Format, LaysAlphaOverWhiteForJpegAlone) {
  auto source = *encode_png(test::cutout(120), {});
  auto jpeg = done(source, half_as(format_choice::jpeg));
  EXPECT_EQ(header_of(jpeg).format, image_format::jpeg);
  auto webp = done(source, half_as(format_choice::webp));
  EXPECT_TRUE(header_of(webp).alpha);
  auto automatic = done(source, half_as(format_choice::automatic));
  EXPECT_TRUE(header_of(automatic).alpha);
}

TEST(Format, IsDecidedByTheContentAndSaysWhy) {
  struct {
    std::string source;
    image_format format;
    format_reason why;
  } cases[] = {
    {*encode_png(test::photo(160, 120), {}), image_format::jpeg,
     format_reason::photo},
    {*encode_png(test::photo(160, 120, 4), {}), image_format::jpeg,
     format_reason::photo},
    {*encode_png(test::cutout(120), {}), image_format::webp,
     format_reason::alpha},
    {*encode_png(test::drawing(160, 120, 12), {}), image_format::png,
     format_reason::flat_graphics},
    {gif_bytes(test::moving_square(96)), image_format::webp,
     format_reason::animation},
    {test::jpeg_of(test::photo(160, 120)), image_format::jpeg,
     format_reason::compact_source},
    {*encode_webp(test::photo(160, 120), {.quality = 90}, {}),
     image_format::webp, format_reason::compact_source},
  };
  for (const auto& [source, format, why] : cases) {
    auto image = done(source, half_as(format_choice::automatic));
    EXPECT_EQ(image.format, format) << to_string(why);
    EXPECT_EQ(image.why_format, why) << to_string(why);
  }
}

TEST(Format, HasNoReasonWhereTheJobSaidWhich) {
  auto source = *encode_png(test::photo(160, 120), {});
  EXPECT_EQ(done(source, half).why_format, format_reason::none);
  EXPECT_EQ(done(source, half_as(format_choice::webp)).why_format,
            format_reason::none);
}

TEST(FlatGraphics, AreNoCutOutsOnWhite) {
  auto pixels = test::photo(400, 400);
  for (std::uint32_t y = 0; y < 400; ++y)
    for (std::uint32_t x = 0; x < 400; ++x)
      if (x < 100 || x >= 300 || y < 100 || y >= 300)
        std::fill_n(pixels.row(y) + 3 * x, 3, std::uint8_t{255});
  EXPECT_FALSE(is_flat_graphics(pixels));
  EXPECT_TRUE(is_flat_graphics(test::drawing(400, 400, 200)));
}

TEST(Format, BecomesWhatIsAskedFor) {
  auto source = test::jpeg_of(test::photo(160, 120), 95);
  EXPECT_EQ(done(source, half_as(format_choice::webp)).format,
            image_format::webp);
  EXPECT_EQ(done(source, half_as(format_choice::automatic)).format,
            image_format::jpeg);
}

TEST(Format, StaysWhenTheOtherWouldBeLarger) {
  auto source = test::jpeg_of(test::photo(160, 120), 20);
  auto image = done(source, {.target = target_kind::quality,
                             .value = 100,
                             .format = format_choice::png});
  EXPECT_TRUE(image.kept_original);
  EXPECT_TRUE(image.target_missed);
  EXPECT_EQ(image.format, image_format::jpeg);
}

} // namespace pixmill::imaging
