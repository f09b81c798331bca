#include "imaging/gif_part.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "imaging/gif_tolerance.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

constexpr std::uint32_t wide = 40;
constexpr std::uint32_t high = 30;

/// A frame of the whole picture in one colour, number 2 of three.
gif_frame plain_frame() {
  gif_frame out;
  out.width = wide;
  out.height = high;
  out.palette.resize(256);
  out.palette[2] = {200, 40, 40};
  out.palette[3] = {40, 200, 40};
  out.palette[4] = {203, 42, 42};
  out.numbers.assign(std::size_t{wide} * high, 2);
  return out;
}

void fill(gif_frame& frame, std::uint32_t left, std::uint32_t top,
          std::uint32_t width, std::uint32_t height, std::uint8_t number) {
  for (auto y = top; y < top + height; ++y)
    for (auto x = left; x < left + width; ++x)
      frame.numbers[std::size_t{y} * frame.width + x] = number;
}

/// The part of the second of two frames, the first of which was drawn exactly.
gif_part part_of(const gif_frame& first, const gif_frame& second,
                 unsigned loss) {
  gif_picture picture{wide, high, {}, {first, second}};
  const auto wanted = shown_frames(picture);
  gif_canvas below(wide, high);
  below.draw(first);
  below.dispose(first);
  return part_to_draw({second, second.disposal, wanted.frames[1], &below, loss},
                      std::nullopt);
}

TEST(GifPart, IsWhatHasChanged) {
  auto second = plain_frame();
  fill(second, 7, 5, 11, 6, 3);
  fill(second, 9, 7, 2, 2, 2);
  const auto part = part_of(plain_frame(), second, 0);
  EXPECT_EQ(part.left, 7u);
  EXPECT_EQ(part.top, 5u);
  EXPECT_EQ(part.width, 11u);
  EXPECT_EQ(part.height, 6u);
  const auto& area = part.area;
  ASSERT_EQ(area.numbers.size(), 66u);
  // What is not drawn has no place in the palette.
  ASSERT_EQ(area.palette.colours.size(), 2u);
  EXPECT_EQ(area.palette.transparent, std::uint8_t{0});
  EXPECT_EQ(area.palette.colours[1], second.palette[3]);
  EXPECT_EQ(std::count(area.numbers.begin(), area.numbers.end(), 1), 62);
  EXPECT_EQ(std::count(area.held.begin(), area.held.end(), 0), 4);
}

TEST(GifPart, IsOnePixelIfNothingHas) {
  for (unsigned loss : {0u, 100u}) {
    const auto part = part_of(plain_frame(), plain_frame(), loss);
    EXPECT_EQ(part.width * part.height, 1u);
    EXPECT_EQ(part.area.numbers.size(), 1u);
    EXPECT_EQ(part.area.held[0], 0);
    EXPECT_TRUE(part.area.palette.transparent);
  }
}

TEST(GifPart, LeavesOutWhatIsNearlyTheSame) {
  auto second = plain_frame();
  fill(second, 0, 0, wide, high, 4);
  fill(second, 20, 10, 4, 4, 3);
  EXPECT_EQ(part_of(plain_frame(), second, 0).width, wide);
  const auto part = part_of(plain_frame(), second, 300);
  EXPECT_EQ(part.left, 20u);
  EXPECT_EQ(part.width, 4u);
  EXPECT_EQ(part.height, 4u);
}

TEST(GifPart, KeepsWhatHasToBeCleared) {
  auto first = plain_frame();
  auto second = plain_frame();
  second.transparent = 9;
  fill(second, 0, 0, wide, high, 9);
  fill(second, 12, 8, 3, 3, 3);
  second.disposal = gif_disposal::background;
  // All of the first frame is still seen, and is to go with the second.
  EXPECT_EQ(part_of(first, second, 0).width, wide);
  // Nothing but the second is seen.
  first.disposal = gif_disposal::background;
  const auto part = part_of(first, second, 0);
  EXPECT_EQ(part.left, 12u);
  EXPECT_EQ(part.top, 8u);
  EXPECT_EQ(part.width, 3u);
  EXPECT_EQ(part.height, 3u);
}

TEST(GifPart, IsAllOfTheFirstFrame) {
  auto frame = plain_frame();
  frame.transparent = 9;
  fill(frame, 0, 0, wide, 4, 9);
  const auto wanted = shown_frames({wide, high, {}, {frame}});
  const auto part = part_to_draw(
    {frame, frame.disposal, wanted.frames[0], nullptr, 50}, std::nullopt);
  EXPECT_EQ(part.width, wide);
  EXPECT_EQ(part.height, high);
  const auto& held = part.area.held;
  EXPECT_EQ(std::count(held.begin(), held.end(), 0), 4 * wide);
  EXPECT_EQ(std::count(held.begin(), held.end(), gif_area::never_held),
            (high - 4) * wide);
}

TEST(GifPart, DrawsAllWhereNoNumberIsLeft) {
  auto first = plain_frame();
  auto second = plain_frame();
  for (unsigned i = 0; i < 256; ++i) {
    second.palette[i] = {static_cast<std::uint8_t>(i), 7, 90};
    second.numbers[i] = static_cast<std::uint8_t>(i);
  }
  const auto part = part_of(first, second, 0);
  EXPECT_FALSE(part.area.palette.transparent);
  EXPECT_EQ(part.area.palette.colours.size(), 256u);
  EXPECT_EQ(std::count(part.area.held.begin(), part.area.held.end(),
                       gif_area::never_held),
            static_cast<std::ptrdiff_t>(part.area.held.size()));
}

TEST(GifPart, SharesAPaletteWhereAllColoursFit) {
  auto first = plain_frame();
  auto second = plain_frame();
  fill(second, 0, 0, 10, 10, 3);
  // The same colours by other numbers.
  std::swap(second.palette[2], second.palette[200]);
  fill(second, 20, 0, 20, 20, 200);
  second.palette[2] = {1, 2, 3};
  const auto shared = shared_palette({wide, high, {}, {first, second}});
  ASSERT_TRUE(shared);
  EXPECT_EQ(shared->transparent, std::uint8_t{0});
  ASSERT_EQ(shared->colours.size(), 4u);
  EXPECT_EQ(shared->colours[1], first.palette[2]);
  // A picture that stands still needs no number for nothing.
  const auto one = shared_palette({wide, high, {}, {first}});
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->transparent);
  EXPECT_EQ(one->colours.size(), 1u);
  for (unsigned i = 0; i < 255; ++i) {
    second.palette[i] = {static_cast<std::uint8_t>(i), 7, 90};
    second.numbers[i] = static_cast<std::uint8_t>(i);
  }
  EXPECT_FALSE(shared_palette({wide, high, {}, {first, second}}));
}

TEST(GifTolerance, GrowsWithWhatIsGoingOn) {
  std::mt19937 random{3};
  pixel_buffer shown{20, 9, 4, {}};
  shown.samples.assign(20 * 9 * 4, 255);
  const auto noise = [&](std::uint32_t left, std::uint8_t amount) {
    for (std::uint32_t y = 0; y < 9; ++y)
      for (auto x = left; x < std::min(left + 8, 20u); ++x)
        std::fill_n(shown.row(y) + 4 * std::size_t{x}, 3,
                    static_cast<std::uint8_t>(100 + random() % amount));
  };
  noise(8, 30);
  noise(16, 100);
  const gif_tolerance tolerance(shown, 40);
  const auto limit = [&](std::uint32_t x, std::uint32_t y) {
    return tolerance.limits()[tolerance.at(x, y)];
  };
  EXPECT_LT(limit(0, 0) * 2, limit(8, 0));
  EXPECT_LT(limit(8, 0) * 2, limit(16, 0));
  EXPECT_FLOAT_EQ(limit(16, 0), 400);
  // Blocks alike are within two steps, not quite the same.
  EXPECT_LE(limit(0, 0), limit(7, 8) * 1.6F);
  EXPECT_GE(limit(0, 0), limit(7, 8) / 1.6F);
  EXPECT_EQ(limit(0, 0), limit(7, 7));
  for (unsigned loss : {0u, 1u, 200u, 4'999u}) {
    const gif_tolerance other(shown, loss);
    ASSERT_EQ(other.limits().size(), tolerance.limits().size());
    EXPECT_TRUE(std::is_sorted(other.limits().begin(), other.limits().end()));
    EXPECT_LE(other.limits().back(),
              std::min(10.1F * static_cast<float>(loss), 4'000.0F));
  }
}

} // namespace

} // namespace pixmill::imaging
