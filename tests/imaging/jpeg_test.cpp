#include <gtest/gtest.h>

#include "imaging/compressor.hpp"
#include "imaging/exif.hpp"
#include "imaging/header.hpp"
#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_pixels.hpp"
#include "imaging/jpeg_tokens.hpp"
#include "imaging/pixel_similarity.hpp"
#include "model/errc.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

using test::view;

constexpr compress_goal half{.target = target_kind::ratio, .value = 500'000};
constexpr compress_goal fifty{.target = target_kind::quality, .value = 50};

compressed_image done(const std::string& source, const compress_goal& goal) {
  auto image = compress(view(source), goal, {});
  if (!image)
    ADD_FAILURE() << context_of(image.error());
  return image ? std::move(*image) : compressed_image{};
}

pixel_buffer decoded(const std::string& jpeg) {
  auto pixels = decode_jpeg(view(jpeg), {60'000, 60'000});
  EXPECT_TRUE(pixels);
  return pixels ? std::move(*pixels) : pixel_buffer{};
}

} // namespace

TEST(Jpeg, StaysWithinHalfTheBytes) {
  for (auto quality : {60, 75, 92, 100}) {
    auto source = test::jpeg_of(test::photo(320, 200), quality);
    auto image = done(source, half);
    EXPECT_EQ(image.format, image_format::jpeg);
    EXPECT_LE(image.bytes.size(), source.size() / 2);
    EXPECT_GT(image.bytes.size(), source.size() / 4);
    EXPECT_FALSE(image.target_missed);
    EXPECT_FALSE(image.kept_original);
  }
}

TEST(Jpeg, StaysWithinANumberOfBytes) {
  auto source = test::jpeg_of(test::photo(320, 200), 95);
  auto image = done(source, {.target = target_kind::bytes, .value = 9'000});
  EXPECT_LE(image.bytes.size(), 9'000u);
  EXPECT_FALSE(image.target_missed);
}

// Their coefficients give way to the result: where its size cannot be corrected
// any more then, they are read again.
TEST(Jpeg, CompressesLargePicturesToAnySize) {
  auto source = test::jpeg_of(test::photo(2'200, 1'600), 98);
  ASSERT_GT(read_usual_tokens(view(source))->tokens.size(), 2u << 20);
  for (auto percent : {50u, 1u}) {
    auto image =
      done(source, {.target = target_kind::ratio, .value = percent * 10'000});
    EXPECT_EQ(image.target_missed, percent == 1);
    EXPECT_LT(image.bytes.size(), source.size() / 2);
    auto seen = likeness_of(colour_planes(decoded(source)),
                            colour_planes(decoded(image.bytes)));
    EXPECT_NEAR(image.likeness.luma_ppm, seen.luma_ppm, 8'000);
  }
}

TEST(Jpeg, StatesTheSimilarityThatADecoderSees) {
  auto source = test::jpeg_of(test::photo(320, 200));
  auto image = done(source, half);
  auto seen = likeness_of(colour_planes(decoded(source)),
                          colour_planes(decoded(image.bytes)));
  // Decoders round samples to 8 bits.
  EXPECT_NEAR(image.likeness.luma_ppm, seen.luma_ppm, 5'000);
  EXPECT_NEAR(image.likeness.luma_worst_ppm, seen.luma_worst_ppm, 10'000);
  EXPECT_GT(image.likeness.luma_ppm, image.likeness.luma_worst_ppm);
  EXPECT_GE(image.likeness.chroma_ppm, image.likeness.chroma_worst_ppm);
}

TEST(Jpeg, UsesTheTablesOfTheQuality) {
  auto image = done(test::jpeg_of(test::photo(320, 200)), fifty);
  EXPECT_EQ(image.quality, 50);
  EXPECT_EQ(jpeg_source_quality(view(image.bytes)), 50);
}

TEST(Jpeg, StatesTheSimilarityOfAQualityBySomeRows) {
  for (auto channels : {std::uint8_t{1}, std::uint8_t{3}}) {
    auto source = test::jpeg_of(test::photo(640, 500, channels), 90);
    auto image = done(source, fifty);
    auto seen = likeness_of(colour_planes(decoded(source)),
                            colour_planes(decoded(image.bytes)));
    EXPECT_NEAR(image.likeness.luma_ppm, seen.luma_ppm, 15'000);
    EXPECT_NEAR(image.likeness.luma_worst_ppm, seen.luma_worst_ppm, 60'000);
    EXPECT_NEAR(image.likeness.chroma_ppm, seen.chroma_ppm, 15'000);
  }
}

TEST(Jpeg, NeverUsesFinerTablesThanTheSource) {
  auto source = test::jpeg_of(test::photo(320, 200), 40);
  auto image = done(source, {.target = target_kind::quality, .value = 90});
  auto& bytes = image.bytes.empty() ? source : image.bytes;
  EXPECT_EQ(jpeg_source_quality(view(bytes)), 40);
}

TEST(Jpeg, KeepsTheFloorRatherThanTheTarget) {
  auto source = test::jpeg_of(test::photo(320, 200));
  auto goal = half;
  goal.value = 100'000;
  goal.floor_ssim_ppm = 970'000;
  auto image = done(source, goal);
  EXPECT_TRUE(image.target_missed);
  EXPECT_GE(image.likeness.worst_ppm(), 970'000u);
  EXPECT_LT(image.bytes.size(), source.size());
}

TEST(Jpeg, KeepsTheSourceWhenNothingKeepsTheFloor) {
  auto source = test::jpeg_of(test::photo(320, 200), 50);
  auto goal = half;
  goal.floor_ssim_ppm = 1'000'000;
  auto image = done(source, goal);
  EXPECT_TRUE(image.target_missed);
  EXPECT_TRUE(image.kept_original || image.likeness.worst_ppm() == 1'000'000);
  EXPECT_LE(image.bytes.size(), source.size());
}

TEST(Jpeg, TurnsThePictureUpright) {
  auto pixels = test::photo(96, 64);
  auto source =
    test::with_segment(test::jpeg_of(pixels), 0xe1, test::exif_body(6));
  for (auto& goal : {half, fifty}) {
    auto image = done(source, goal);
    EXPECT_EQ(image.width, 64u);
    EXPECT_EQ(image.height, 96u);
    auto header = read_header(view(image.bytes));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->orientation, 1);
    EXPECT_FALSE(header->metadata);
    auto likeness = likeness_of(colour_planes(upright(pixels, 6)),
                                colour_planes(decoded(image.bytes)));
    EXPECT_GT(likeness.luma_ppm, 800'000u);
  }
}

TEST(Jpeg, LeavesOnItsSideWhatCannotBeTurnedWithoutLoss) {
  auto pixels = test::photo(96, 70); // Its last row of blocks is cut.
  auto source =
    test::with_segment(test::jpeg_of(pixels), 0xe1, test::exif_body(6));
  auto floor = half;
  floor.floor_ssim_ppm = 1'000;
  for (auto& goal : {half, fifty, floor}) {
    auto image = done(source, goal);
    EXPECT_EQ(image.width, 96u);
    EXPECT_EQ(image.height, 70u);
    auto header = read_header(view(image.bytes));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->orientation, 6);
    EXPECT_EQ(header->width, 96u);
    EXPECT_NE(image.bytes.find(exif_segment(6)), std::string::npos);
    EXPECT_LT(image.bytes.find(exif_segment(6)), image.bytes.find("\xff\xdb"));
    // The orientation is all that is left of its EXIF.
    EXPECT_EQ(image.bytes.find("CAM"), std::string::npos);
    auto likeness =
      likeness_of(colour_planes(pixels), colour_planes(decoded(image.bytes)));
    EXPECT_GT(likeness.luma_ppm, 800'000u);
  }
}

TEST(Jpeg, DropsMetadataAndKeepsTheProfile) {
  auto icc = test::profile();
  auto source = *encode_jpeg(test::photo(96, 64), {.quality = 92}, icc);
  source = test::with_segment(source, 0xfe, "a comment");
  source = test::with_segment(source, 0xe1, test::exif_body(1));
  auto image = done(source, half);
  auto header = read_header(view(image.bytes));
  ASSERT_TRUE(header);
  EXPECT_FALSE(header->metadata);
  EXPECT_EQ(header->icc, icc);
}

TEST(Jpeg, KeepsWhatWouldGrowWithoutItsMetadata) {
  auto plain = test::jpeg_of(test::photo(96, 64), 30);
  compress_goal generous{.target = target_kind::bytes, .value = 1 << 20};
  auto image = done(plain, generous);
  EXPECT_TRUE(image.kept_original);
  EXPECT_TRUE(image.bytes.empty());
  EXPECT_FALSE(image.target_missed);
  image = done(test::with_segment(plain, 0xe1, test::exif_body(1)), generous);
  EXPECT_TRUE(image.kept_original);
  EXPECT_EQ(image.bytes, plain);
}

TEST(Jpeg, FindsDataThatEndsEarlyBehindAnEndMarker) {
  auto source = test::jpeg_of(test::photo(320, 200));
  auto cut = source.substr(0, source.size() / 2) + "\xff\xd9";
  for (auto& goal : {half, fifty}) {
    auto image = compress(view(cut), goal, {});
    ASSERT_FALSE(image);
    EXPECT_EQ(code_of(image.error(), {}), errc::truncated);
  }
}

TEST(Jpeg, ShrinksToALongestEdgeAndNeverEnlarges) {
  auto source = test::jpeg_of(test::photo(320, 200));
  auto goal = half;
  goal.max_edge = 80;
  auto image = done(source, goal);
  EXPECT_EQ(image.width, 80u);
  EXPECT_EQ(image.height, 50u);
  EXPECT_EQ(decoded(image.bytes).width, 80u);
  goal.max_edge = 4000;
  EXPECT_EQ(done(source, goal).width, 320u);
}

TEST(Jpeg, ScalesWidthAndHeight) {
  auto source = test::jpeg_of(test::photo(320, 200));
  auto image = done(source, {.target = target_kind::scale, .value = 250'000});
  EXPECT_EQ(image.width, 80u);
  EXPECT_EQ(image.height, 50u);
  image = done(source, {.target = target_kind::scale, .value = 3'000'000});
  EXPECT_EQ(image.width, 320u);
}

TEST(Jpeg, CompressesGreyAndTinyPictures) {
  for (auto channels : {1, 3})
    for (auto side : {1u, 7u, 17u, 160u}) {
      auto pixels =
        test::photo(side, side + 3, static_cast<std::uint8_t>(channels));
      auto source = test::jpeg_of(pixels);
      auto image = done(source, fifty);
      auto& bytes = image.bytes.empty() ? source : image.bytes;
      auto shown = decoded(bytes);
      EXPECT_EQ(shown.width, side);
      EXPECT_EQ(shown.channels, channels);
    }
}

TEST(JpegTokens, WritesTheSamePictureWithTheSameTables) {
  for (bool full_chroma : {false, true}) {
    auto source = *encode_jpeg(test::photo(123, 77),
                               {.quality = 85, .full_chroma = full_chroma}, {});
    auto tokens = read_usual_tokens(view(source));
    ASSERT_TRUE(tokens);
    auto again = emit_jpeg(*tokens, {});
    EXPECT_EQ(decoded(again).samples, decoded(source).samples);
    EXPECT_LE(again.size(), source.size());
  }
}

TEST(JpegTokens, LeavesDamagedScansToLibjpeg) {
  auto source = test::jpeg_of(test::photo(320, 200));
  // Every cut and many wrong bits have to end in an answer, not in a crash.
  for (std::size_t at = 200; at < source.size(); at += 97) {
    auto broken = source;
    broken[at] = static_cast<char>(broken[at] ^ 0x55);
    auto tokens = read_tokens(view(broken));
    if (tokens) {
      EXPECT_EQ(tokens->width, 320u);
      EXPECT_EQ(tokens->colour_segments, source.substr(2, 18)); // JFIF
    }
    EXPECT_FALSE(read_usual_tokens(view(source).first(at)));
  }
}

} // namespace pixmill::imaging
