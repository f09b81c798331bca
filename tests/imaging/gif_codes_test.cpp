#include "imaging/gif_codes.hpp"

#include <algorithm>
#include <array>
#include <random>

#include <gtest/gtest.h>

#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

constexpr std::array all_starts{gif_start::nothing, gif_start::longest,
                                gif_start::in_runs};

packed_colour packed(const gif_colour& colour) {
  return colour[0] | packed_colour{colour[1]} << 8
         | packed_colour{colour[2]} << 16 | packed_colour{255} << 24;
}

/// Sixteen greys and a number for nothing; stretches in which nothing need be
/// drawn, and some where nothing may be.
gif_area some_area(std::size_t pixels, float limit, std::mt19937& random) {
  gif_area area;
  area.palette.transparent = 0;
  area.palette.colours.emplace_back();
  for (unsigned i = 0; i < 16; ++i) {
    const auto grey = static_cast<std::uint8_t>(i * 12);
    area.palette.colours.push_back({grey, grey, grey});
  }
  area.limits = {limit, limit / 4};
  unsigned left = 0;
  std::uint8_t held = 0;
  for (std::size_t i = 0; i < pixels; ++i) {
    if (left-- == 0) {
      left = static_cast<unsigned>(random() % 60);
      held = random() % 3 == 0 ? gif_area::never_held
                               : static_cast<std::uint8_t>(random() % 65);
    }
    const auto number =
      static_cast<std::uint8_t>(random() % 40 == 0 ? 0 : 1 + random() % 16);
    area.numbers.push_back(number);
    area.wanted.push_back(number == 0 ? 0
                                      : packed(area.palette.colours[number]));
    area.held.push_back(number == 0 ? std::uint8_t{0} : held);
    area.tolerance.push_back(random() % 2 == 0 ? 1 : 0);
  }
  return area;
}

/// Reads the codes of an area in rows of `width`, as in a file.
std::vector<std::uint8_t> decoded(const std::string& codes, unsigned width,
                                  std::size_t pixels) {
  std::string file("GIF89a");
  const auto height = static_cast<unsigned>(pixels / width);
  const auto size = [&] {
    for (auto side : {width, height}) {
      file.push_back(static_cast<char>(side & 0xff));
      file.push_back(static_cast<char>(side >> 8));
    }
  };
  size();
  file += std::string("\xf7\0\0", 3) + std::string(768, '\0');
  file += std::string("\x2c\0\0\0\0", 5);
  size();
  file += '\0' + codes + '\x3b';
  const auto picture = decode_gif_frames(test::view(file));
  EXPECT_TRUE(picture);
  return picture ? picture->frames[0].numbers : std::vector<std::uint8_t>{};
}

TEST(GifCodes, StandForTheNumbersThatTheySay) {
  std::mt19937 random{3};
  for (auto start : all_starts)
    for (float limit : {0.0F, 300.0F, 3'000.0F})
      for (unsigned rows : {1u, 7u, 300u}) {
        const auto area = some_area(std::size_t{rows} * 200, limit, random);
        const auto codes = code_pixels(area, 5, start);
        EXPECT_TRUE(decoded(codes.bytes, 200, area.numbers.size())
                    == codes.numbers)
          << limit << " " << rows;
      }
}

TEST(GifCodes, KeepToTheLimits) {
  std::mt19937 random{5};
  for (auto start : all_starts)
    for (float limit : {0.0F, 300.0F, 3'000.0F}) {
      const auto area = some_area(40'000, limit, random);
      const auto codes = code_pixels(area, 5, start);
      double lost = 0;
      for (std::size_t i = 0; i < codes.numbers.size(); ++i) {
        const auto taken = codes.numbers[i];
        const auto wanted = area.numbers[i];
        if (taken == 0 || wanted == 0) {
          ASSERT_LE(area.held[i], gif_area::most_held);
          ASSERT_EQ(wanted == 0 && taken != 0, false);
          lost += area.held[i] / 64.0;
          continue;
        }
        const auto step = 12 * (taken - wanted);
        const auto error = gif_error(step, step, step);
        const auto most = area.limits[area.tolerance[i]];
        ASSERT_LE(error, most * 1.001F);
        lost += error == 0 ? 0 : error / most;
      }
      EXPECT_NEAR(codes.lost, lost, 1 + lost / 1'000);
    }
}

TEST(GifCodes, TakeFewerBytesTheMoreMayBeLost) {
  std::mt19937 random{7};
  const auto exact = some_area(40'000, 0, random);
  auto loose = exact;
  loose.limits = {3'000, 750};
  EXPECT_LT(code_pixels(loose, 5, gif_start::nothing).bytes.size(),
            code_pixels(exact, 5, gif_start::nothing).bytes.size() * 9 / 10);
}

TEST(GifCodes, DrawShortRunsOnlyIfAsked) {
  std::mt19937 random{9};
  auto area = some_area(1'000, 0, random);
  for (std::size_t i = 0; i < area.numbers.size(); ++i) {
    area.numbers[i] = 3;
    area.wanted[i] = packed(area.palette.colours[3]);
    // Runs of 30 and of 10, with one that is drawn behind each.
    const auto place = i % 42;
    area.held[i] =
      place == 30 || place == 41 ? gif_area::never_held : std::uint8_t{0};
  }
  const auto plain = code_pixels(area, 5, gif_start::nothing).numbers;
  const auto runs = code_pixels(area, 5, gif_start::in_runs).numbers;
  for (std::size_t i = 0; i < 900; ++i) {
    const auto place = i % 42;
    if (place > 30 && place < 41) {
      ASSERT_EQ(runs[i], 3) << i;
    }
  }
  EXPECT_GT(std::count(plain.begin(), plain.end(), 0), 900);
  EXPECT_LT(std::count(runs.begin(), runs.end(), 0), 730);
}

TEST(GifCodes, SeeGreyThreeTimesSquared) {
  EXPECT_FLOAT_EQ(gif_error(0, 0, 0), 0);
  EXPECT_FLOAT_EQ(gif_error(10, 10, 10), 300);
  EXPECT_FLOAT_EQ(gif_error(-10, -10, -10), 300);
  EXPECT_GT(gif_error(0, 10, 0), gif_error(10, 0, 0));
  EXPECT_GT(gif_error(10, 0, 0), gif_error(0, 0, 10));
}

} // namespace

} // namespace pixmill::imaging
