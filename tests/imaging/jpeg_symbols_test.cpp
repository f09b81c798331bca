#include "imaging/jpeg_symbols.hpp"

#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

namespace {

/// Blocks of three components, from empty ones to full ones.
/// @param length Tokens; the last block may be cut off.
std::vector<std::uint32_t> random_tokens(std::size_t length, unsigned seed) {
  std::mt19937 random(seed);
  auto whole = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  std::vector<std::uint32_t> tokens;
  for (std::size_t block = 0; tokens.size() < length; ++block) {
    const auto component = block % 4 < 2 ? 0 : block % 4 - 1;
    tokens.push_back(make_token(whole(-1024, 1024), component, 0));
    const auto most = whole(0, 3) == 0 ? 1023 : 3;
    const auto share = whole(0, 10);
    for (std::uint32_t position = 1; position < 64; ++position)
      if (whole(0, 9) < share || whole(0, 40) == 0) {
        const auto magnitude = whole(1, most);
        tokens.push_back(make_token(whole(0, 1) == 0 ? magnitude : -magnitude,
                                    component, position));
      }
  }
  tokens.resize(length);
  return tokens;
}

struct visited {
  std::vector<std::uint32_t> words;
  scan_counts counts{};
};

visited visit(const std::vector<std::uint32_t>& tokens) {
  visited result;
  dc_state last_dc{};
  visit_symbols(tokens.data(), tokens.data() + tokens.size(), last_dc,
                [&](std::size_t table, unsigned symbol, std::uint32_t bits) {
                  result.words.push_back(make_symbol(table, symbol, bits));
                  ++result.counts[table][symbol];
                });
  return result;
}

jpeg_tokens picture_of(const std::vector<std::uint32_t>& tokens) {
  jpeg_tokens picture;
  picture.components.resize(1);
  // Each token might be a block.
  picture.mcus_across = static_cast<std::uint32_t>(tokens.size());
  picture.mcus_down = 1;
  picture.tokens.end_at(std::copy(tokens.begin(), tokens.end(),
                                  picture.tokens.room_for(tokens.size())));
  return picture;
}

} // namespace

TEST(JpegSymbols, ArePutAsTheyAreVisited) {
  // Around what is worked on at once: eight tokens, and pieces of 2048.
  for (std::size_t length :
       {0, 1, 2, 7, 8, 9, 16, 63, 64, 65, 2'047, 2'048, 2'049, 4'096, 10'001})
    for (unsigned seed = 0; seed < 20; ++seed) {
      SCOPED_TRACE(testing::Message() << length << " tokens, seed " << seed);
      const auto tokens = random_tokens(length, seed);
      const auto expected = visit(tokens);
      token_list words;
      scan_counts counts{};
      put_symbols(picture_of(tokens), words, counts);
      EXPECT_EQ(std::vector(words.begin(), words.end()), expected.words);
      EXPECT_EQ(counts, expected.counts);
    }
}

TEST(JpegSymbols, AreTheSameByEights) {
  if (!can_put_by_eights())
    GTEST_SKIP() << "this processor cannot";
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const auto tokens = random_tokens(100 + seed, seed);
    auto put = [&](auto way) {
      std::vector<std::uint32_t> words(6 * tokens.size() + 8);
      const auto* at = tokens.data() + 1;
      words.resize(static_cast<std::size_t>(
        way(at, tokens.data() + tokens.size(), words.data()) - words.data()));
      return words;
    };
    EXPECT_EQ(put(put_by_eights), put(put_one_by_one));
  }
}

TEST(JpegSymbols, TakeTheBitsOfTheirMagnitudes) {
  EXPECT_EQ(bit_size(0), 0u);
  for (unsigned size = 1; size <= 11; ++size) {
    EXPECT_EQ(bit_size(1u << (size - 1)), size);
    EXPECT_EQ(bit_size((1u << size) - 1), size);
  }
}

} // namespace pixmill::imaging
