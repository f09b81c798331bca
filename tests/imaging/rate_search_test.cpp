#include "imaging/rate_search.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pixmill::imaging {

namespace {

constexpr std::array levels{40, 30, 20, 10};

/// Takes ten bytes for each level, and counts how often it is compared.
class counting_encoder final : public quality_encoder {
public:
  caf::expected<std::string> encode(int level) override {
    return std::string(static_cast<std::size_t>(10 * level), 'x');
  }

  caf::expected<similarity> likeness(const std::string&, int level) override {
    ++compared;
    auto ppm = static_cast<std::uint32_t>(900'000 + 1'000 * level);
    return similarity{ppm, ppm, 0, 0};
  }

  int guess(double) const override {
    return 1;
  }

  int compared = 0;
};

rate_result found_within(std::size_t budget, std::uint32_t floor_ppm,
                         counting_encoder& encoder) {
  auto found = fit_levels(
    encoder, levels,
    {.budget = budget, .source_bytes = 1'000, .floor_ppm = floor_ppm});
  EXPECT_TRUE(found);
  return found ? std::move(*found) : rate_result{};
}

} // namespace

TEST(FitLevels, ComparesWhatFitsAlone) {
  counting_encoder encoder;
  auto found = found_within(250, 0, encoder);
  EXPECT_EQ(found.quality, 20);
  EXPECT_FALSE(found.missed);
  EXPECT_EQ(found.likeness.luma_ppm, 920'000u);
  EXPECT_EQ(encoder.compared, 1);
}

TEST(FitLevels, SaysHowTheSmallestLooksWhereNothingFits) {
  counting_encoder encoder;
  auto found = found_within(50, 0, encoder);
  EXPECT_EQ(found.quality, 10);
  EXPECT_TRUE(found.missed);
  EXPECT_EQ(found.likeness.luma_ppm, 910'000u);
  EXPECT_EQ(encoder.compared, 1);
}

TEST(FitLevels, KeepsTheFloor) {
  counting_encoder encoder;
  auto found = found_within(250, 925'000, encoder);
  EXPECT_EQ(found.quality, 30);
  EXPECT_TRUE(found.missed);
  EXPECT_EQ(found.likeness.luma_ppm, 930'000u);
}

} // namespace pixmill::imaging
