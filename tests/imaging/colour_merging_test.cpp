#include "imaging/colour_merging.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace pixmill::imaging {

namespace {

counted_colour grey(std::uint8_t value, unsigned count) {
  return {{value, value, value, 255}, count};
}

std::vector<std::array<std::uint8_t, 4>>
sorted(const std::vector<counted_colour>& colours) {
  std::vector<std::array<std::uint8_t, 4>> out;
  for (const auto& one : colours)
    out.push_back(one.colour);
  std::sort(out.begin(), out.end());
  return out;
}

TEST(ColourMerging, LeavesWhatFits) {
  const std::vector<counted_colour> colours{grey(0, 5), grey(1, 9),
                                            grey(200, 1)};
  EXPECT_EQ(sorted(merge_colours(colours, 3)), sorted(colours));
  EXPECT_EQ(sorted(merge_colours(colours, 256)), sorted(colours));
  EXPECT_TRUE(merge_colours({}, 4).empty());
}

TEST(ColourMerging, MergesWhatIsNearAndSeldom) {
  // 10 and 12 are nearer to each other, but 100 and 110 are seldom.
  const std::vector<counted_colour> colours{grey(10, 10'000), grey(12, 10'000),
                                            grey(100, 10), grey(110, 30)};
  const auto three = merge_colours(colours, 3);
  EXPECT_EQ(sorted(three), sorted({grey(10, 1), grey(12, 1), grey(108, 1)}));
  const auto two = merge_colours(colours, 2);
  EXPECT_EQ(sorted(two), sorted({grey(11, 1), grey(108, 1)}));
  const auto one = merge_colours(colours, 1);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].count, 20'040u);
}

/// What is lost if each colour becomes the nearest of `palette`.
double loss_of(const std::vector<counted_colour>& colours,
               const std::vector<counted_colour>& palette) {
  double sum = 0;
  for (const auto& x : colours) {
    double least = 1e9;
    for (const auto& y : palette) {
      double error = 0;
      for (std::size_t c = 0; c < 3; ++c)
        error += (x.colour[c] - y.colour[c]) * (x.colour[c] - y.colour[c]);
      least = std::min(least, error);
    }
    sum += least * x.count;
  }
  return sum;
}

TEST(ColourMerging, LosesLittleMoreForEachColour) {
  std::mt19937 random{5};
  std::vector<counted_colour> colours;
  for (std::size_t i = 0; i < most_merged_colours; ++i)
    colours.push_back({{static_cast<std::uint8_t>(random()),
                        static_cast<std::uint8_t>(random()),
                        static_cast<std::uint8_t>(random()), 255},
                       1 + static_cast<unsigned>(random() % 1'000)});
  double last = 0;
  for (std::size_t most : {500u, 256u, 128u, 64u, 32u, 16u, 2u}) {
    const auto palette = merge_colours(colours, most);
    ASSERT_EQ(palette.size(), most);
    const auto sum = std::accumulate(
      palette.begin(), palette.end(), 0u,
      [](unsigned x, const counted_colour& y) { return x + y.count; });
    const auto all = std::accumulate(
      colours.begin(), colours.end(), 0u,
      [](unsigned x, const counted_colour& y) { return x + y.count; });
    EXPECT_EQ(sum, all);
    // Better than as many of the colours as they come.
    const std::vector<counted_colour> some(
      colours.begin(), colours.begin() + static_cast<std::ptrdiff_t>(most));
    const auto loss = loss_of(colours, palette);
    EXPECT_LT(loss, loss_of(colours, some) * 0.7) << most;
    EXPECT_GT(loss, last);
    last = loss;
  }
}

} // namespace

} // namespace pixmill::imaging
