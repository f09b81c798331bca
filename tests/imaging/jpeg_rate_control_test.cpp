#include "imaging/jpeg_rate_control.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "imaging/jpeg_pixels.hpp"
#include "imaging/jpeg_weights.hpp"
#include "imaging/pixel_similarity.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

using test::view;

similarity seen(const std::string& left, const std::string& right) {
  auto a = decode_jpeg(view(left), {60'000, 60'000});
  auto b = decode_jpeg(view(right), {60'000, 60'000});
  EXPECT_TRUE(a && b);
  return likeness_of(colour_planes(*a), colour_planes(*b));
}

/// AC coefficients as multiples of samples, block after block.
std::vector<std::array<float, 64>> blocks_of(const jpeg_tokens& picture) {
  std::vector<std::array<float, 64>> blocks;
  for (auto token : picture.tokens) {
    auto place = token_position(token);
    if (place == 0)
      blocks.emplace_back();
    else
      blocks.back()[place] =
        static_cast<float>(token_value(token)
                           * picture.components[token_component(token)]
                               .table[natural_order[place]]);
  }
  return blocks;
}

/// What eyes make of the differences, were they seen alike everywhere.
double weighted_errors(const jpeg_tokens& before, const jpeg_tokens& after) {
  auto weights = weights_for(before);
  auto left = blocks_of(before);
  auto right = blocks_of(after);
  EXPECT_EQ(left.size(), right.size());
  double sum = 0;
  std::size_t block = 0;
  for (auto token : before.tokens) {
    if (token_position(token) != 0)
      continue;
    auto& weight = weights[token_component(token)];
    for (std::size_t i = 1; i < 64; ++i) {
      auto error = left[block][i] - right[block][i];
      sum += static_cast<double>(weight[i] * error * error);
    }
    ++block;
  }
  return sum;
}

} // namespace

TEST(JpegRateControl, FillsTheBudgetAndNeverPassesIt) {
  for (auto effort : {compress_effort::fast, compress_effort::best})
    for (auto side : {64u, 200u, 700u})
      for (auto percent : {25u, 50u, 75u}) {
        auto source = test::jpeg_of(test::photo(side, side + 9), 88);
        auto tokens = read_usual_tokens(view(source));
        ASSERT_TRUE(tokens);
        auto budget = source.size() * percent / 100;
        auto made = jpeg_rate_control(*tokens, {}, effort).reach(budget);
        if (made.missed)
          continue; // The smallest pictures are mostly tables.
        EXPECT_LE(made.bytes.size(), budget) << side << " " << percent;
        if (side > 64) {
          EXPECT_GE(made.bytes.size() * 100,
                    budget * (budget < 3'000 ? 90 : 95))
            << side << " " << percent;
        }
      }
}

// Half of their bytes are header, which must not leave the rest unused.
TEST(JpegRateControl, LeavesTinyPicturesLikeThemselves) {
  for (auto effort : {compress_effort::fast, compress_effort::best})
    for (auto [width, height] : {std::pair{33u, 17u}, {24u, 40u}, {64u, 64u}}) {
      auto pixels = test::photo(width, height);
      auto source = test::jpeg_of(pixels, 92);
      auto tokens = read_usual_tokens(view(source));
      ASSERT_TRUE(tokens);
      auto budget = source.size() * 6 / 10;
      auto made = jpeg_rate_control(*tokens, {}, effort).reach(budget);
      ASSERT_LE(made.bytes.size(), budget);
      EXPECT_GE(made.bytes.size() + 20, budget) << width;
      // What goes through pixels gets as far with as many bytes.
      std::string other;
      for (auto quality = 95; quality > 0; --quality) {
        other = test::jpeg_of(pixels, quality);
        if (other.size() <= budget)
          break;
      }
      EXPECT_GT(seen(source, made.bytes).luma_ppm,
                seen(source, other).luma_ppm - 45'000)
        << width;
    }
}

// Sizes jump as coefficients of one magnitude vanish together, and with few
// colours there is nothing between.
TEST(JpegRateControl, FillsTheBudgetWhereSizesHaveSteps) {
  for (auto effort : {compress_effort::fast, compress_effort::best})
    for (auto quality : {35, 45, 60}) {
      auto source = test::jpeg_of(test::drawing(900, 700, 40), quality);
      auto tokens = read_usual_tokens(view(source));
      ASSERT_TRUE(tokens);
      for (auto percent : {60u, 70u, 80u, 90u}) {
        auto budget = source.size() * percent / 100;
        auto made = jpeg_rate_control(*tokens, {}, effort).reach(budget);
        EXPECT_FALSE(made.missed);
        EXPECT_LE(made.bytes.size(), budget);
        EXPECT_GE(made.bytes.size() * 100, budget * 93)
          << quality << " " << percent;
      }
    }
}

// A product on white, and a picture without flat areas.
TEST(JpegRateControl, WritesScansWhereTheyAreSmaller) {
  auto product = test::photo(640, 640);
  for (std::uint32_t y = 0; y < product.height; ++y)
    for (std::uint32_t x = 0; x < product.width; ++x)
      if (std::min({x, y, 639 - x, 639 - y}) < 200)
        std::fill_n(product.row(y) + 3 * x, 3, std::uint8_t{255});
  auto grain = test::photo(640, 640);
  std::mt19937 random(1);
  for (auto& sample : grain.samples)
    sample = static_cast<std::uint8_t>(sample / 2 + random() % 128);
  for (auto& [pixels, flat] : {std::pair{product, true}, {grain, false}}) {
    auto source = test::jpeg_of(pixels, 90);
    auto tokens = read_usual_tokens(view(source));
    ASSERT_TRUE(tokens);
    auto made = [&](compress_effort effort) {
      return jpeg_rate_control(*tokens, {}, effort)
        .reach(source.size() / 2)
        .bytes;
    };
    auto is_progressive = [](const std::string& bytes) {
      return bytes.find("\xff\xc2") != std::string::npos;
    };
    EXPECT_EQ(is_progressive(made(compress_effort::best)), flat);
    EXPECT_FALSE(is_progressive(made(compress_effort::fast)));
    if (flat) {
      EXPECT_GE(made(compress_effort::best).size() * 100,
                source.size() / 2 * 98);
    }
  }
}

TEST(JpegRateControl, StatesWhatADecoderSees) {
  auto source = test::jpeg_of(test::photo(333, 250), 92);
  auto tokens = read_usual_tokens(view(source));
  auto made = jpeg_rate_control(*tokens, {}, compress_effort::best)
                .reach(source.size() / 2);
  auto shown = seen(source, made.bytes);
  EXPECT_NEAR(made.likeness.luma_ppm, shown.luma_ppm, 5'000);
  EXPECT_NEAR(made.likeness.luma_worst_ppm, shown.luma_worst_ppm, 10'000);
}

TEST(JpegRateControl, BestHasFewerErrorsThanFast) {
  auto source = test::jpeg_of(test::photo(640, 480), 90);
  auto tokens = read_usual_tokens(view(source));
  auto errors_with = [&](compress_effort effort) {
    double sum = 0;
    for (auto percent : {30u, 40u, 50u, 60u}) {
      auto made = jpeg_rate_control(*tokens, {}, effort)
                    .reach(source.size() * percent / 100);
      sum += weighted_errors(*tokens, *read_usual_tokens(view(made.bytes)));
    }
    return sum;
  };
  EXPECT_LT(errors_with(compress_effort::best),
            errors_with(compress_effort::fast));
}

TEST(JpegRateControl, SaysWhenNothingFits) {
  auto source = test::jpeg_of(test::photo(320, 200), 90);
  auto tokens = read_usual_tokens(view(source));
  auto made = jpeg_rate_control(*tokens, {}, compress_effort::best).reach(600);
  EXPECT_TRUE(made.missed);
  EXPECT_LT(made.bytes.size(), source.size());
}

TEST(JpegRateControl, NeedsAThirdOfTheMemoryOverItsSource) {
  const std::string no_profile;
  auto source = test::jpeg_of(test::photo(1'100, 900), 92);
  for (auto effort : {compress_effort::fast, compress_effort::best}) {
    auto made_any = false;
    for (auto percent : {40u, 45u, 50u, 55u, 60u}) {
      auto budget = source.size() * percent / 100;
      auto beside = read_usual_tokens(view(source));
      jpeg_rate_control usual(*beside, no_profile, effort);
      auto wanted = usual.reach(budget);
      EXPECT_GT(usual.room_taken(), beside->tokens.size() / 2);
      auto over = read_usual_tokens(view(source));
      jpeg_rate_control small(*over, no_profile, effort);
      small.over_source(over->tokens);
      auto made = small.reach(budget);
      // The samples, and rows whose symbols are more than their source.
      EXPECT_LT(small.room_taken(), usual.room_taken() * 35 / 100);
      if (made.lost)
        continue;
      made_any = true;
      EXPECT_LE(made.bytes.size(), budget);
      EXPECT_NEAR(made.likeness.luma_ppm, wanted.likeness.luma_ppm, 2'000);
      auto shown = seen(source, made.bytes);
      EXPECT_NEAR(made.likeness.luma_ppm, shown.luma_ppm, 5'000);
    }
    EXPECT_TRUE(made_any);
  }
}

TEST(JpegRateControl, IsWithinTheBudgetOrLostOverItsSource) {
  auto any_lost = false;
  auto any_made = false;
  for (auto effort : {compress_effort::fast, compress_effort::best})
    for (auto side : {40u, 200u, 700u})
      for (auto percent : {2u, 25u, 50u, 75u, 98u})
        for (auto flat : {false, true}) {
          // Blocks without detail take more symbols than coefficients.
          auto source = flat ? test::jpeg_of(test::drawing(side, side, 40), 60)
                             : test::jpeg_of(test::photo(side, side + 9), 88);
          auto tokens = read_usual_tokens(view(source));
          ASSERT_TRUE(tokens);
          auto budget = source.size() * percent / 100;
          auto made = best_over_source(*tokens, {}, effort, budget);
          (made ? any_made : any_lost) = true;
          if (!made)
            continue;
          EXPECT_LE(made->bytes.size(), budget);
          auto shown = seen(source, made->bytes);
          EXPECT_NEAR(made->likeness.luma_ppm, shown.luma_ppm, 8'000)
            << side << " " << percent << " " << flat;
        }
  EXPECT_TRUE(any_lost);
  EXPECT_TRUE(any_made);
}

TEST(JpegRateControl, KeepsTheFloorOfTheWorstTile) {
  auto source = test::jpeg_of(test::photo(640, 480), 92);
  auto tokens = read_usual_tokens(view(source));
  auto budget = source.size() / 5;
  auto free =
    best_within(*tokens, {}, compress_effort::best, budget, 0, source.size());
  auto floor = free.likeness.worst_ppm() + 20'000;
  auto bound = best_within(*tokens, {}, compress_effort::best, budget, floor,
                           source.size());
  EXPECT_FALSE(free.missed);
  EXPECT_TRUE(bound.missed);
  EXPECT_GE(bound.likeness.worst_ppm(), floor);
  EXPECT_GT(bound.bytes.size(), free.bytes.size());
  EXPECT_LT(bound.bytes.size(), source.size());
}

} // namespace pixmill::imaging
