#include "imaging/gif_writer.hpp"

#include <random>

#include <gtest/gtest.h>

#include "imaging/compressor.hpp"
#include "model/errc.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

using test::view;

/// A frame of noise in `colours` colours, some of it transparent.
gif_frame noise(std::uint32_t width, std::uint32_t height, unsigned colours,
                std::mt19937& random, bool holes = false) {
  gif_frame out;
  out.width = width;
  out.height = height;
  out.palette.resize(256);
  for (auto& colour : out.palette)
    for (auto& channel : colour)
      channel = static_cast<std::uint8_t>(random());
  if (holes)
    out.transparent = 1;
  out.numbers.resize(std::size_t{width} * height);
  for (auto& number : out.numbers)
    number = static_cast<std::uint8_t>(random() % colours);
  return out;
}

gif_picture picture_of(std::vector<gif_frame> frames) {
  gif_picture out;
  out.width = frames.front().width;
  out.height = frames.front().height;
  out.frames = std::move(frames);
  return out;
}

void expect_same_shown(const gif_picture& x, const gif_picture& y) {
  const auto left = shown_frames(x);
  const auto right = shown_frames(y);
  EXPECT_EQ(left.ends, right.ends);
  EXPECT_EQ(left.loops, right.loops);
  ASSERT_EQ(left.frames.size(), right.frames.size());
  for (std::size_t i = 0; i < left.frames.size(); ++i)
    EXPECT_TRUE(left.frames[i].samples == right.frames[i].samples) << i;
}

TEST(Gif, ComesBackAsItWasWritten) {
  std::mt19937 random{7};
  // Up to a dictionary that fills many times over.
  for (auto [width, height] :
       {std::pair{1u, 1u}, {3u, 2u}, {64u, 48u}, {257u, 129u}, {400u, 300u}})
    for (unsigned colours : {1u, 2u, 3u, 16u, 200u, 256u})
      for (bool holes : {false, true}) {
        auto picture =
          picture_of({noise(width, height, colours, random, holes)});
        picture.loops = 3;
        auto back = decode_gif_frames(view(encode_gif_frames(picture, 0)));
        ASSERT_TRUE(back) << width << " " << colours
                          << context_of(back.error());
        expect_same_shown(picture, *back);
      }
}

TEST(Gif, WritesLongRunsInFewBytes) {
  std::mt19937 random{7};
  auto picture = picture_of({noise(1000, 1000, 1, random)});
  EXPECT_LT(encode_gif_frames(picture, 0).size(), 4'000u);
}

TEST(Gif, LosesNoMoreThanItMay) {
  auto source = *gif_of({{test::photo(200, 160, 4)}, {100}, 0, 0});
  std::size_t last = encode_gif_frames(source, 0).size();
  for (unsigned loss : {20u, 80u, 200u}) {
    const auto bytes = encode_gif_frames(source, loss);
    EXPECT_LT(bytes.size(), last) << loss;
    last = bytes.size();
    const auto seen = *decode_gif_animation(view(bytes));
    const auto meant = shown_frames(source);
    for (std::size_t i = 0; i < seen.frames[0].samples.size(); i += 4) {
      int error = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        const auto d =
          seen.frames[0].samples[i + c] - meant.frames[0].samples[i + c];
        error += d * d;
      }
      // What was lost before may excuse a little more.
      ASSERT_LE(error, static_cast<int>(loss) * 40) << loss;
    }
  }
}

TEST(Gif, NeverLosesWhatIsNotSeen) {
  std::mt19937 random{7};
  auto picture = picture_of({noise(120, 90, 32, random, true)});
  const auto seen =
    *decode_gif_animation(view(encode_gif_frames(picture, 200)));
  const auto meant = shown_frames(picture);
  for (std::size_t i = 3; i < seen.frames[0].samples.size(); i += 4)
    ASSERT_EQ(seen.frames[0].samples[i], meant.frames[0].samples[i]);
}

TEST(Gif, ShowsTheSameWithoutRepetitions) {
  std::mt19937 random{11};
  for (int round = 0; round < 40; ++round) {
    const auto up_to = [&random](std::uint32_t most) {
      return static_cast<std::uint32_t>(random() % (most + 1));
    };
    std::vector<gif_frame> frames{noise(24, 20, 6, random, round % 2 == 0)};
    for (int i = 0; i < 5; ++i) {
      auto frame =
        noise(1 + up_to(23), 1 + up_to(19), 6, random, up_to(1) == 0);
      frame.left = up_to(24 - frame.width);
      frame.top = up_to(20 - frame.height);
      frame.palette = frames.front().palette;
      frame.delay = up_to(20);
      frame.disposal = static_cast<gif_disposal>(up_to(3));
      frames.push_back(std::move(frame));
    }
    const auto picture = picture_of(std::move(frames));
    auto back = decode_gif_frames(view(encode_gif_frames(picture, 0)));
    ASSERT_TRUE(back);
    expect_same_shown(picture, *back);
  }
}

TEST(Gif, ReadsInterlacedRows) {
  // Rows 0, 8, 4, 2, 6, 1, 3, 5, 7, each of one colour, the row's number.
  std::mt19937 random{7};
  auto frame = noise(4, 9, 1, random);
  constexpr std::array<std::uint8_t, 9> stored{0, 8, 4, 2, 6, 1, 3, 5, 7};
  for (std::size_t y = 0; y < stored.size(); ++y)
    std::fill_n(frame.numbers.begin() + static_cast<std::ptrdiff_t>(4 * y), 4,
                stored[y]);
  auto bytes = encode_gif_frames(picture_of({frame}), 0);
  const auto descriptor = bytes.find('\x2c', 13);
  bytes[descriptor + 9] = static_cast<char>(bytes[descriptor + 9] | 0x40);
  const auto back = decode_gif_frames(view(bytes));
  ASSERT_TRUE(back);
  for (std::size_t y = 0; y < 9; ++y)
    EXPECT_EQ(back->frames[0].palette[back->frames[0].numbers[4 * y]],
              frame.palette[y])
      << y;
}

TEST(Gif, RefusesWhatIsCutOrDamaged) {
  std::mt19937 random{7};
  const auto picture = picture_of({noise(60, 50, 64, random)});
  const auto good = encode_gif_frames(picture, 0);
  // The very end says nothing that is seen.
  for (std::size_t size = 0; size < good.size(); size += 7)
    if (auto back = decode_gif_frames(view(good.substr(0, size))))
      expect_same_shown(picture, *back);
    else
      EXPECT_LT(size, good.size() - 2);
  // Whatever comes, it ends, and within the picture.
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = good;
    for (auto hits = 1 + random() % 6; hits > 0; --hits)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (auto back = decode_gif_frames(view(bytes)))
      for (const auto& frame : back->frames) {
        ASSERT_LE(frame.left + frame.width, back->width);
        ASSERT_LE(frame.top + frame.height, back->height);
        ASSERT_EQ(frame.palette.size(), 256u);
        ASSERT_EQ(frame.numbers.size(),
                  std::size_t{frame.width} * frame.height);
      }
  }
}

TEST(Gif, GetsSmallerAndStaysAnimated) {
  auto moving = test::moving_square(96);
  moving.loops = 0;
  auto source = encode_gif_frames(*gif_of(moving), 0);
  auto image = compress(view(source),
                        {.target = target_kind::scale, .value = 500'000}, {});
  ASSERT_TRUE(image);
  const auto shown = decode_gif_animation(view(image->bytes));
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->frames.size(), 3u);
  EXPECT_EQ(shown->ends, moving.ends);
  EXPECT_EQ(shown->loops, 0);
  EXPECT_EQ(shown->frames[0].width, 48u);
}

} // namespace

} // namespace pixmill::imaging
