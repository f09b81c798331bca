#include "imaging/palette_remap.hpp"

#include <cstdlib>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

using palette = std::vector<std::uint8_t>;

pixel_buffer plain(std::uint32_t side, std::vector<std::uint8_t> colour) {
  pixel_buffer out{side, side, 4, {}};
  for (std::uint32_t i = 0; i < side * side; ++i)
    out.samples.insert(out.samples.end(), colour.begin(), colour.end());
  return out;
}

palette grey_and(std::vector<std::uint8_t> more) {
  palette out{0, 0, 0, 255, 255, 255, 255, 255};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

TEST(PaletteRemap, FindsEachColourOfThePaletteItself) {
  palette colours;
  pixel_buffer pixels{16, 16, 4, {}};
  for (int i = 0; i < 256; ++i)
    for (int value : {i, 255 - i, i * 7 % 256, 255})
      colours.push_back(static_cast<std::uint8_t>(value));
  pixels.samples = colours;
  for (bool dithered : {false, true}) {
    const auto numbers = remapped(pixels, colours, dithered);
    for (std::size_t i = 0; i < 256; ++i)
      for (std::size_t c = 0; c < 4; ++c)
        EXPECT_NEAR(colours[std::size_t{4} * numbers[i] + c],
                    pixels.samples[4 * i + c], 2)
          << i;
  }
}

TEST(PaletteRemap, TakesTheNearestOfAnyPalette) {
  const auto pixels = with_alpha(test::photo(64, 48));
  const auto colours = grey_and({200, 40, 30, 255, 20, 90, 200, 255});
  const auto numbers = remapped(pixels, colours, false);
  const auto distance = [&](std::size_t pixel, std::size_t entry) {
    int sum = 0;
    constexpr int weights[] = {16, 64, 13};
    for (std::size_t c = 0; c < 3; ++c) {
      const auto d = pixels.samples[4 * pixel + c] - colours[4 * entry + c];
      sum += weights[c] * d * d;
    }
    return sum;
  };
  for (std::size_t i = 0; i < numbers.size(); ++i)
    for (std::size_t entry = 0; entry < 4; ++entry)
      // Colours are remembered by seven bits, so one step may be between.
      EXPECT_LE(distance(i, numbers[i]), distance(i, entry) * 1.1 + 4000) << i;
}

TEST(PaletteRemap, KeepsTheMeanWhenItDithers) {
  const auto numbers =
    remapped(plain(64, {100, 100, 100, 255}), grey_and({}), true);
  const auto white = std::accumulate(numbers.begin(), numbers.end(), 0.0);
  EXPECT_NEAR(white / static_cast<double>(numbers.size()), 100.0 / 255, 0.12);
  const auto flat =
    remapped(plain(64, {100, 100, 100, 255}), grey_and({}), false);
  EXPECT_EQ(std::accumulate(flat.begin(), flat.end(), 0), 0);
}

TEST(PaletteRemap, DithersPicturesOfAnyHeight) {
  // Two bands meet somewhere: no row may be left out or look unlike the rest.
  for (std::uint32_t height : {1u, 2u, 15u, 16u, 17u, 40u, 41u}) {
    pixel_buffer grey{64, height, 4, {}};
    for (std::uint32_t i = 0; i < 64 * height; ++i)
      grey.samples.insert(grey.samples.end(), {128, 128, 128, 255});
    const auto numbers = remapped(grey, grey_and({}), true);
    for (std::uint32_t y = 0; y < height; ++y) {
      const auto row = numbers.begin() + std::ptrdiff_t{64} * y;
      EXPECT_NEAR(std::accumulate(row, row + 64, 0), 32, 16)
        << y << " of " << height;
    }
  }
}

TEST(PaletteRemap, TakesWhatIsNotSeenForNothing) {
  const auto colours = grey_and({0, 0, 0, 0});
  // A bright colour that no one sees, beside a black that everybody does.
  auto pixels = plain(8, {250, 200, 10, 0});
  for (std::size_t i = 0; i < 4; ++i)
    pixels.samples[i] = i == 3 ? 255 : 0;
  for (bool dithered : {false, true}) {
    const auto numbers = remapped(pixels, colours, dithered);
    EXPECT_EQ(numbers[0], 0);
    for (std::size_t i = 1; i < numbers.size(); ++i)
      EXPECT_EQ(numbers[i], 2) << i;
  }
}

} // namespace

} // namespace pixmill::imaging
