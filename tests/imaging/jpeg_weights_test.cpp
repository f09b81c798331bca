#include "imaging/jpeg_weights.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace pixmill::imaging {

namespace {

constexpr std::array<std::uint8_t, 4> even{0, 2, 4, 6};

/// Weights of luma and of chroma with so many samples of luma for each.
std::vector<error_weights> weights_at(std::uint8_t across, std::uint8_t down) {
  jpeg_tokens picture;
  picture.components.resize(3);
  picture.components[0].across = across;
  picture.components[0].down = down;
  picture.components[1].chroma = picture.components[2].chroma = true;
  return weights_for(picture);
}

float at(const error_weights& weights, std::size_t column, std::size_t row) {
  auto place = std::find(natural_order.begin(), natural_order.end(),
                         static_cast<std::uint8_t>(row * 8 + column));
  return weights[static_cast<std::size_t>(place - natural_order.begin())];
}

} // namespace

TEST(JpegWeights, FallWithTheFrequency) {
  for (auto& weights : weights_at(2, 2))
    for (std::size_t i = 1; i < 8; ++i) {
      EXPECT_GT(at(weights, i - 1, 0), at(weights, i, 0));
      EXPECT_GT(at(weights, 0, i - 1), at(weights, 0, i));
    }
}

// A block of half the size has half the periods for the same stripes, and four
// samples for each of the other's.
TEST(JpegWeights, AreThoseOfTheSameStripesAtAnyResolutionOfChroma) {
  auto half = weights_at(2, 2)[1];
  auto full = weights_at(1, 1)[1];
  auto half_across = weights_at(2, 1)[1];
  for (auto x : even)
    for (auto y : even) {
      if (x + y == 0)
        continue;
      EXPECT_FLOAT_EQ(at(half, x, y), 4 * at(full, x / 2, y / 2));
      EXPECT_FLOAT_EQ(at(half, x, y), 2 * at(half_across, x, y / 2));
    }
}

TEST(JpegWeights, OfLumaDoNotDependOnChroma) {
  EXPECT_EQ(weights_at(1, 1)[0], weights_at(2, 2)[0]);
}

} // namespace pixmill::imaging
