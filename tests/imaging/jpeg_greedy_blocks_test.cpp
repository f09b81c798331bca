#include "imaging/jpeg_greedy_blocks.hpp"

#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

namespace {

/// A row of MCUs of two blocks of luma and one of chroma.
struct random_row {
  static constexpr std::size_t mcus = greedy_blocks::most / 3;

  greedy_steps luma;
  greedy_steps chroma;
  greedy_prices luma_prices;
  greedy_prices chroma_prices;
  std::vector<std::uint32_t> source;

  explicit random_row(unsigned seed) : random_(seed) {
    fill(luma);
    fill(chroma);
    for (auto* prices : {&luma_prices, &chroma_prices})
      for (std::size_t run = 0; run < 64; ++run) {
        prices->ones[run] = 2 + real(0, 1) * static_cast<float>(run);
        prices->others[run] = 4 + real(0, 1) * static_cast<float>(run);
      }
    for (std::size_t mcu = 0; mcu < mcus; ++mcu)
      for (auto component : {0u, 0u, 1u})
        add_block(component);
  }

  std::vector<greedy_block_kind> kinds() const {
    return {{0, &luma, &luma_prices},
            {0, &luma, &luma_prices},
            {1, &chroma, &chroma_prices}};
  }

  float real(float low, float high) {
    return std::uniform_real_distribution<float>(low, high)(random_);
  }

  int whole(int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random_);
  }

private:
  void fill(greedy_steps& steps) {
    for (std::size_t i = 0; i < 64; ++i) {
      auto from = whole(1, 20);
      auto to = whole(from, 80);
      steps.from[i] = static_cast<float>(from);
      steps.to[i] = static_cast<float>(to);
      steps.factors[i] =
        static_cast<std::uint32_t>((65536 * from + to / 2) / to);
      steps.weights[i] = real(0.01F, 1);
    }
    steps.complete();
  }

  void add_block(std::size_t component) {
    source.push_back(make_token(whole(-1024, 1024), component, 0));
    // From empty ones to full ones.
    auto share = whole(0, 10);
    for (std::uint32_t place = 1; place < 64; ++place) {
      if (whole(0, 10) >= share)
        continue;
      auto most = whole(0, 3) == 0 ? 1023 : 12;
      auto value = whole(1, most) * (whole(0, 1) == 0 ? 1 : -1);
      source.push_back(make_token(value, component, place));
    }
  }

  std::mt19937 random_;
};

struct quantized_row {
  std::vector<std::uint32_t> words;
  dc_state last_dc;
  std::vector<float> energies;
  std::vector<float> covariances;

  bool operator==(const quantized_row&) const = default;
};

quantized_row run(greedy_quantizer quantize, const random_row& row,
                  float worth) {
  auto blocks = std::make_unique<greedy_blocks>();
  auto kinds = row.kinds();
  std::vector<std::uint32_t> words(row.source.size()
                                   + most_extra_symbols * 3 * random_row::mcus
                                   + greedy_room);
  greedy_position position{
    row.source.data(), row.source.data() + row.source.size(), words.data(), {}};
  quantize(kinds, random_row::mcus, worth, position, *blocks);
  EXPECT_EQ(position.at, position.end);
  auto count = kinds.size() * random_row::mcus;
  return {{words.data(), position.to},
          position.last_dc,
          {blocks->energies.begin(), blocks->energies.begin() + count},
          {blocks->covariances.begin(), blocks->covariances.begin() + count}};
}

void expect_the_same(greedy_quantizer quantize) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    random_row row(seed);
    for (auto worth : {0.0F, 1e-4F, 1e-3F, 0.01F, 1.0F})
      EXPECT_TRUE(run(quantize_one_by_one, row, worth)
                  == run(quantize, row, worth))
        << seed << " " << worth;
  }
}

/// Symbols with a value.
std::size_t values_in(const quantized_row& row) {
  std::size_t count = 0;
  for (auto word : row.words)
    count += symbol_table(word) >= 2 && (word & 15) != 0 ? 1 : 0;
  return count;
}

/// Coefficients that are closer to their multiple of the output than to zero.
std::size_t most_values(const random_row& row) {
  std::size_t count = 0;
  for (auto token : row.source) {
    auto place = token_position(token);
    auto& steps = token_component(token) == 0 ? row.luma : row.chroma;
    auto before = static_cast<float>(token_value(token)) * steps.from[place];
    auto after =
      static_cast<float>(requantized(token_value(token), steps.factors[place]))
      * steps.to[place];
    count += place != 0 && std::abs(before - after) < std::abs(before) ? 1 : 0;
  }
  return count;
}

} // namespace

TEST(GreedyBlocks, AreTheSameByEights) {
  if (!can_quantize_by_eights())
    GTEST_SKIP() << "this processor cannot";
  expect_the_same(quantize_by_eights);
}

TEST(GreedyBlocks, KeepWhatIsWorthItsBits) {
  random_row row(1);
  auto all = run(quantize_one_by_one, row, 1e9F);
  EXPECT_EQ(values_in(all), most_values(row));
  EXPECT_EQ(values_in(run(quantize_one_by_one, row, 0)), 0u);
  auto before = values_in(all);
  for (auto worth : {0.1F, 0.01F, 0.001F, 0.0001F}) {
    auto count = values_in(run(quantize_one_by_one, row, worth));
    EXPECT_LE(count, before);
    before = count;
  }
  EXPECT_LT(before, values_in(all));
}

TEST(GreedyBlocks, ReadBackAsTheSource) {
  // Nothing is coarser, so that nothing may change.
  random_row row(2);
  for (auto* steps : {&row.luma, &row.chroma}) {
    steps->to = steps->from;
    steps->factors.fill(65536);
    steps->complete();
  }
  auto made = run(quantize_one_by_one, row, 1e9F);
  std::vector<std::uint32_t> expected;
  dc_state last_dc{};
  visit_symbols(row.source.data(), row.source.data() + row.source.size(),
                last_dc,
                [&](std::size_t table, unsigned symbol, std::uint32_t bits) {
                  expected.push_back(make_symbol(table, symbol, bits));
                });
  EXPECT_EQ(made.words, expected);
}

} // namespace pixmill::imaging
