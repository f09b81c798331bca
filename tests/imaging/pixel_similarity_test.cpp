#include "imaging/pixel_similarity.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

/// Mean over windows of 8 x 8, straight from the definition.
double defined(const std::vector<std::uint8_t>& left,
               const std::vector<std::uint8_t>& right, extent size) {
  double sum = 0;
  std::size_t windows = 0;
  for (std::uint32_t top = 0; top < size.height; top += window_side)
    for (std::uint32_t from = 0; from < size.width; from += window_side) {
      double n = 0, a = 0, b = 0, squares = 0, products = 0;
      for (auto y = top; y < std::min(top + window_side, size.height); ++y)
        for (auto x = from; x < std::min(from + window_side, size.width); ++x) {
          const double l = left[std::size_t{y} * size.width + x];
          const double r = right[std::size_t{y} * size.width + x];
          n += 1;
          a += l;
          b += r;
          squares += l * l + r * r;
          products += l * r;
        }
      a /= n;
      b /= n;
      const auto freedom = std::max(n - 1, 1.0);
      sum += static_cast<double>(window_similarity(
        static_cast<float>(a), static_cast<float>(b),
        static_cast<float>((squares - n * (a * a + b * b)) / freedom),
        static_cast<float>((products - n * a * b) / freedom)));
      ++windows;
    }
  return sum / static_cast<double>(windows);
}

TEST(PixelSimilarity, IsWhatTheDefinitionSays) {
  // 61 x 43: edges cut windows.
  const auto original = test::photo(61, 43);
  auto other = original;
  for (std::size_t i = 0; i < other.samples.size(); ++i)
    other.samples[i] = static_cast<std::uint8_t>(other.samples[i] ^ i % 13);
  const colour_planes left(original);
  const colour_planes right(other);
  const auto found = likeness_of(left, right);
  EXPECT_NEAR(found.luma_ppm,
              defined(left.plane(0), right.plane(0), {61, 43}) * 1e6, 30);
  EXPECT_NEAR(found.chroma_ppm,
              (defined(left.plane(1), right.plane(1), {61, 43})
               + defined(left.plane(2), right.plane(2), {61, 43}))
                / 2 * 1e6,
              30);
}

TEST(PixelSimilarity, LaysAlphaOverWhite) {
  const auto cut = test::cutout(40);
  const colour_planes direct(cut);
  const colour_planes flat(flattened(cut));
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(direct.plane(i), flat.plane(i)) << i;
}

TEST(PixelSimilarity, ShowsAPaletteByItsEntries) {
  const pixel_buffer palette{
    4, 1, 4, {10, 20, 30, 255, 200, 20, 90, 128, 0, 0, 0, 0, 7, 250, 3, 255}};
  const std::vector<std::uint8_t> numbers{3, 1, 0, 2, 2, 1};
  pixel_buffer shown{3, 2, 4, {}};
  for (auto number : numbers)
    shown.samples.insert(shown.samples.end(),
                         palette.samples.data() + 4 * number,
                         palette.samples.data() + 4 * number + 4);
  const colour_planes direct(shown);
  const colour_planes found(colour_planes(palette), numbers, {3, 2});
  EXPECT_EQ(found.size(), direct.size());
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(found.plane(i), direct.plane(i)) << i;
}

} // namespace

} // namespace pixmill::imaging
