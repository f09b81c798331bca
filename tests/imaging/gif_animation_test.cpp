#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "imaging/compressor.hpp"
#include "imaging/gif_writer.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

using test::view;

constexpr std::uint32_t wide = 64;
constexpr std::uint32_t high = 48;

/// Up to seven frames anywhere in the picture, of 200 near and far colours
/// each, with all kinds of disposal, some with holes, some with palettes of
/// their own.
gif_picture random_animation(std::mt19937& random) {
  const auto up_to = [&random](std::uint32_t most) {
    return static_cast<std::uint32_t>(random() % (most + 1));
  };
  gif_picture out{wide, high, up_to(3), {}};
  const bool shared = up_to(1) == 0;
  std::vector<gif_colour> palette(256);
  const auto count = 2 + up_to(5);
  for (std::uint32_t i = 0; i < count; ++i) {
    gif_frame frame;
    frame.width = i == 0 ? wide : 1 + up_to(wide - 1);
    frame.height = i == 0 ? high : 1 + up_to(high - 1);
    frame.left = up_to(wide - frame.width);
    frame.top = up_to(high - frame.height);
    frame.delay = up_to(20);
    frame.disposal = static_cast<gif_disposal>(up_to(3));
    if (i == 0 || !shared)
      for (auto& colour : palette)
        for (auto& channel : colour)
          channel = static_cast<std::uint8_t>(100 + up_to(60));
    frame.palette = palette;
    if (up_to(1) == 0)
      frame.transparent = 1;
    for (std::uint32_t n = 0; n < frame.width * frame.height; ++n)
      // Half of it is flat.
      frame.numbers.push_back(n % wide < wide / 2
                                ? std::uint8_t{5}
                                : static_cast<std::uint8_t>(up_to(199)));
    out.frames.push_back(std::move(frame));
  }
  return out;
}

/// An animation that stands still but for a small square, drawn anew in each
/// frame and cleared behind it.
gif_picture redrawn(std::uint32_t count) {
  auto shown = test::moving_square(96);
  auto first = shown.frames.front();
  shown = {};
  for (std::uint32_t i = 0; i < count; ++i) {
    auto frame = first;
    for (std::uint32_t y = 40; y < 50; ++y)
      std::fill_n(frame.row(y) + 4 * (std::size_t{i} * 12), 40,
                  std::uint8_t{255});
    shown.frames.push_back(std::move(frame));
    shown.ends.push_back(static_cast<int>(i + 1) * 70);
  }
  return *gif_of(shown);
}

TEST(GifAnimation, MovesAsBeforeWhateverIsLost) {
  std::mt19937 random{21};
  for (int round = 0; round < 60; ++round) {
    const auto picture = random_animation(random);
    const auto wanted = shown_frames(picture);
    for (unsigned loss : {0u, 15u, 120u, 900u}) {
      const auto seen =
        decode_gif_animation(view(encode_gif_frames(picture, loss)));
      ASSERT_TRUE(seen);
      ASSERT_EQ(seen->ends, wanted.ends);
      ASSERT_EQ(seen->loops, wanted.loops);
      const auto most = std::min(10.1F * static_cast<float>(loss), 4'000.0F);
      for (std::size_t i = 0; i < wanted.frames.size(); ++i) {
        const auto& x = seen->frames[i].samples;
        const auto& y = wanted.frames[i].samples;
        for (std::size_t at = 0; at < y.size(); at += 4) {
          ASSERT_EQ(x[at + 3], y[at + 3]) << round << " " << loss;
          ASSERT_LE(gif_error(x[at] - y[at], x[at + 1] - y[at + 1],
                              x[at + 2] - y[at + 2]),
                    most)
            << round << " " << loss << " " << i;
        }
      }
    }
  }
}

TEST(GifAnimation, ErrorsDoNotAddUp) {
  // Every frame is a little brighter than the one before.
  gif_picture picture{wide, high, 0, {}};
  for (unsigned i = 0; i < 40; ++i) {
    gif_frame frame;
    frame.width = wide;
    frame.height = high;
    frame.palette.resize(256);
    for (std::size_t n = 0; n < 2; ++n)
      frame.palette[n].fill(static_cast<std::uint8_t>(20 + 2 * i + 9 * n));
    for (std::uint32_t n = 0; n < wide * high; ++n)
      frame.numbers.push_back(n % 3 == 0 ? 1 : 0);
    picture.frames.push_back(std::move(frame));
  }
  const auto wanted = shown_frames(picture);
  const auto bytes = encode_gif_frames(picture, 60);
  const auto seen = *decode_gif_animation(view(bytes));
  for (std::size_t i = 0; i < wanted.frames.size(); ++i)
    for (std::size_t at = 0; at < wanted.frames[i].samples.size(); at += 4) {
      const auto d = seen.frames[i].samples[at] - wanted.frames[i].samples[at];
      ASSERT_LE(gif_error(d, d, d), 600) << i;
    }
  EXPECT_LT(bytes.size(), encode_gif_frames(picture, 0).size());
}

TEST(GifAnimation, DrawsAgainOnlyWhatMoves) {
  const auto one = encode_gif_frames(redrawn(1), 0).size();
  const auto six = redrawn(6);
  const auto bytes = encode_gif_frames(six, 0);
  // Each of the others is a tenth of the picture at most.
  EXPECT_LT(bytes.size(), one + one * 5 / 10);
  const auto written = *decode_gif_frames(view(bytes));
  ASSERT_EQ(written.frames.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    // What the next frame covers need not be cleared, the last one is.
    EXPECT_EQ(written.frames[i].disposal,
              i < 5 ? gif_disposal::keep : gif_disposal::background);
    if (i > 0 && i < 5) {
      EXPECT_LE(written.frames[i].height, 10u);
    }
  }
}

TEST(GifAnimation, ClearsWhatTheNextFrameDoesNotShow) {
  auto picture = redrawn(2);
  auto& next = picture.frames[1];
  next.numbers[0] = *next.transparent;
  const auto wanted = shown_frames(picture);
  const auto bytes = encode_gif_frames(picture, 0);
  const auto written = *decode_gif_frames(view(bytes));
  EXPECT_EQ(written.frames[0].disposal, gif_disposal::background);
  const auto seen = shown_frames(written);
  EXPECT_TRUE(seen.frames[1].samples == wanted.frames[1].samples);
  EXPECT_EQ(seen.frames[1].samples[3], 0);
}

TEST(GifAnimation, TriesAllWaysOnceAndRemembers) {
  const auto picture = redrawn(5);
  const auto wanted = shown_frames(picture);
  std::vector<gif_start> starts;
  const auto first = encode_gif(picture, wanted, 40, starts);
  ASSERT_EQ(starts.size(), 5u);
  EXPECT_EQ(encode_gif(picture, wanted, 40, starts), first);
  for (auto start :
       {gif_start::nothing, gif_start::longest, gif_start::in_runs}) {
    std::vector<gif_start> all(5, start);
    EXPECT_TRUE(decode_gif_frames(view(encode_gif(picture, wanted, 40, all))));
    EXPECT_LE(encode_gif_frames(picture, 0).size(),
              encode_gif(picture, wanted, 0, all).size());
  }
}

TEST(GifAnimation, ReachesWhatItIsAskedFor) {
  auto first = test::photo(240, 180, 4);
  auto second = first;
  for (std::size_t i = 0; i < first.samples.size(); i += 4)
    std::copy_n(first.samples.end() - static_cast<std::ptrdiff_t>(i + 4), 4,
                second.samples.begin() + static_cast<std::ptrdiff_t>(i));
  const auto source =
    encode_gif_frames(*gif_of({{first, second}, {70, 140}, 0, 0}), 0);
  std::uint32_t last = 0;
  for (std::uint64_t share : {200'000u, 350'000u, 500'000u, 800'000u}) {
    auto image = compress(view(source),
                          {.target = target_kind::ratio, .value = share}, {});
    ASSERT_TRUE(image);
    EXPECT_FALSE(image->target_missed) << share;
    EXPECT_LE(image->bytes.size() * 1'000'000, source.size() * share);
    EXPECT_GE(image->bytes.size() * 1'000'000, source.size() * share * 9 / 10);
    EXPECT_GT(image->likeness.luma_ppm, last);
    last = image->likeness.luma_ppm;
  }
  EXPECT_GT(last, 950'000u);
}

TEST(GifAnimation, IsExactAtFullQuality) {
  std::mt19937 random{33};
  for (int round = 0; round < 10; ++round) {
    const auto picture = random_animation(random);
    auto source = encode_gif_frames(picture, 0);
    auto image = compress(view(source),
                          {.target = target_kind::quality, .value = 100}, {});
    ASSERT_TRUE(image);
    const auto& bytes = image->bytes.empty() ? source : image->bytes;
    const auto seen = *decode_gif_animation(view(bytes));
    const auto wanted = shown_frames(picture);
    for (std::size_t i = 0; i < wanted.frames.size(); ++i)
      EXPECT_TRUE(seen.frames[i].samples == wanted.frames[i].samples);
  }
}

} // namespace

} // namespace pixmill::imaging
