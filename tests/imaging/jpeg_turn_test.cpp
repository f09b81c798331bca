#include <gtest/gtest.h>

#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_pixels.hpp"
#include "imaging/jpeg_tokens.hpp"
#include "imaging/jpeg_turn.hpp"
#include "imaging/pixel_similarity.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

using test::view;

pixel_buffer decoded(const std::string& jpeg) {
  auto pixels = decode_jpeg(view(jpeg), {60'000, 60'000});
  EXPECT_TRUE(pixels);
  return pixels ? std::move(*pixels) : pixel_buffer{};
}

} // namespace

TEST(JpegTurn, TurnsAsPixelsAreTurned) {
  for (bool full_chroma : {false, true}) {
    auto source = *encode_jpeg(test::photo(96, 64),
                               {.quality = 90, .full_chroma = full_chroma}, {});
    auto tokens = read_usual_tokens(view(source));
    ASSERT_TRUE(tokens);
    for (std::uint8_t orientation = 2; orientation <= 8; ++orientation) {
      ASSERT_TRUE(can_turn(*tokens, orientation));
      auto shown = decoded(emit_jpeg(turned(*tokens, orientation), {}));
      auto wanted = upright(decoded(source), orientation);
      ASSERT_EQ(shown.width, wanted.width);
      // The transform rounds rows and columns in another order.
      auto likeness = likeness_of(colour_planes(wanted), colour_planes(shown));
      EXPECT_GT(likeness.worst_ppm(), 990'000u) << int{orientation};
    }
  }
}

TEST(JpegTurn, TurningFourTimesChangesNothing) {
  auto source = test::jpeg_of(test::photo(96, 64));
  auto tokens = read_usual_tokens(view(source));
  ASSERT_TRUE(tokens);
  auto once = turned(*tokens, 6);
  auto back = turned(once, 8);
  EXPECT_EQ(emit_jpeg(back, {}), emit_jpeg(*tokens, {}));
  EXPECT_NE(emit_jpeg(once, {}), emit_jpeg(*tokens, {}));
}

TEST(JpegTurn, LeavesCutBlocksAtTheirEdge) {
  auto source = test::jpeg_of(test::photo(90, 64)); // 90 is no multiple of 16.
  auto tokens = read_usual_tokens(view(source));
  ASSERT_TRUE(tokens);
  EXPECT_FALSE(can_turn(*tokens, 2));
  EXPECT_FALSE(can_turn(*tokens, 3));
  EXPECT_TRUE(can_turn(*tokens, 4));
  EXPECT_TRUE(can_turn(*tokens, 5));
  EXPECT_TRUE(can_turn(*tokens, 6)); // Only top and bottom change sides.
  EXPECT_FALSE(can_turn(*tokens, 8));
}

} // namespace pixmill::imaging
