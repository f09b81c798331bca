#include "imaging/palette_choice.hpp"

#include <fstream>
#include <numeric>

#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "imaging/nearest_colour.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

unsigned all_of(const std::vector<counted_colour>& counted) {
  return std::accumulate(
    counted.begin(), counted.end(), 0U,
    [](unsigned sum, const auto& one) { return sum + one.count; });
}

TEST(CountColours, CountsEveryPixelOnce) {
  EXPECT_EQ(all_of(count_colours(test::cutout(64))), 64U * 64);
  EXPECT_EQ(all_of(count_colours(with_alpha(test::photo(61, 43)))), 61U * 43);
}

TEST(CountColours, JoinsWhatIsAlmostTheSameToItsMean) {
  const pixel_buffer pixels{
    4, 1, 4, {100, 8, 40, 255, 102, 8, 40, 255, 104, 8, 40, 255, 1, 2, 3, 0}};
  const auto counted = count_colours(pixels);
  ASSERT_EQ(counted.size(), 3U);
  EXPECT_EQ(counted[0].colour, (std::array<std::uint8_t, 4>{101, 8, 40, 255}));
  EXPECT_EQ(counted[0].count, 2U);
  EXPECT_EQ(counted[1].colour, (std::array<std::uint8_t, 4>{104, 8, 40, 255}));
  EXPECT_EQ(counted[2].colour[3], 0);
}

TEST(CountColours, TellsHardlySeenFromNotSeen) {
  const pixel_buffer pixels{
    4, 1, 4, {0, 0, 0, 0, 90, 90, 90, 0, 0, 0, 0, 3, 0, 0, 0, 5}};
  const auto counted = count_colours(pixels);
  ASSERT_EQ(counted.size(), 2U);
  EXPECT_EQ(counted[0].count, 2U);
  EXPECT_EQ(counted[0].colour[3], 0);
  EXPECT_EQ(counted[1].colour, (std::array<std::uint8_t, 4>{0, 0, 0, 4}));
}

TEST(CountColours, TakesSomeRowsOfALargePicture) {
  const pixel_buffer pixels{4096, 2048, 4,
                            std::vector<std::uint8_t>(4096UL * 2048 * 4, 77)};
  const auto counted = count_colours(pixels);
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_GE(counted[0].count, 2'000'000U);
  EXPECT_LE(counted[0].count, 4'000'000U);
  EXPECT_EQ(counted[0].colour, (std::array<std::uint8_t, 4>{77, 77, 77, 77}));
}

TEST(ChoosePalette, KeepsColoursThatAreFew) {
  const std::vector<counted_colour> counted{
    {{200, 16, 32, 255}, 900}, {{8, 120, 240, 255}, 90}, {{0, 0, 0, 0}, 10}};
  const auto palette = choose_palette(counted, 16, 100);
  ASSERT_TRUE(palette);
  ASSERT_EQ(palette->size(), 12U);
  nearest_colours nearest(*palette);
  for (const auto& one : counted) {
    const auto* found =
      palette->data()
      + std::size_t{4} * nearest.of(colour_at(one.colour.data()));
    for (std::size_t c = 0; c < 4; ++c)
      EXPECT_NEAR(found[c], one.colour[c], 2);
  }
}

// Codec processes have a limit.
TEST(ChoosePalette, NeedsLittleAddressSpaceForManyColours) {
  std::vector<counted_colour> counted;
  for (unsigned i = 0; i < 40'000; ++i)
    counted.push_back({{static_cast<std::uint8_t>(i % 64 * 4),
                        static_cast<std::uint8_t>(i / 64 % 64 * 4),
                        static_cast<std::uint8_t>(i / 4'096 * 16), 255},
                       1 + i % 7});
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &before), 0);
  auto limit = before;
  limit.rlim_cur =
    pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + (256U << 20);
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &limit), 0);
  const auto palette = choose_palette(counted, 256, 100);
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &before), 0);
  ASSERT_TRUE(palette);
  EXPECT_EQ(palette->size(), 4U * 256);
}

TEST(ChoosePalette, FailsWhereNothingIsSeen) {
  EXPECT_FALSE(choose_palette({}, 16, 100));
}

/// What a plain loop over all entries finds.
int distance(packed_colour left, packed_colour right) {
  constexpr int weights[] = {16, 64, 13};
  const auto at = [](packed_colour colour, unsigned i) {
    return static_cast<int>(colour >> (8 * i) & 0xff);
  };
  int sum = 0;
  for (unsigned c = 0; c < 3; ++c) {
    const auto black =
      at(left, c) * at(left, 3) / 255 - at(right, c) * at(right, 3) / 255;
    const auto white = black + at(right, 3) - at(left, 3);
    sum += weights[c] * std::max(black * black, white * white);
  }
  return sum;
}

TEST(NearestColours, FindTheNearestAmongOpaqueAndTranslucentOnes) {
  std::uint32_t state = 7;
  const auto any = [&state] {
    state = state * 1'664'525 + 1'013'904'223;
    return state >> 8;
  };
  // 255 of both kinds do not fit into lanes of their own, 256 opaque ones do.
  for (const auto& [opaque, others] :
       {std::pair{1, 0}, {0, 3}, {9, 5}, {200, 55}, {130, 125}, {256, 0}}) {
    std::vector<std::uint8_t> palette;
    for (int i = 0; i < opaque + others; ++i) {
      const auto colour = any();
      for (unsigned c = 0; c < 3; ++c)
        palette.push_back(static_cast<std::uint8_t>(colour >> (8 * c)));
      // One kind among the other, from both ends.
      const bool translucent = i % 2 == 0 ? i / 2 < others : i / 2 >= opaque;
      palette.push_back(translucent ? static_cast<std::uint8_t>(any() % 255)
                                    : std::uint8_t{255});
    }
    for (int i = 0; i < 500; ++i) {
      // Each is asked first, so that none is remembered for another.
      nearest_colours nearest(palette);
      const auto pixel =
        any() << 8 >> 8 | (i % 3 == 0 ? any() << 24 : 0xffU << 24);
      const auto number = nearest.of(pixel);
      EXPECT_EQ(number, nearest.of(pixel));
      const auto mine =
        distance(pixel, colour_at(palette.data() + std::size_t{4} * number));
      for (std::size_t entry = 0; entry < palette.size(); entry += 4)
        ASSERT_LE(mine, distance(pixel, colour_at(palette.data() + entry)));
    }
  }
}

} // namespace

} // namespace pixmill::imaging
