#include "imaging/jpeg_similarity.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "imaging/jpeg_requantize.hpp"
#include "imaging/jpeg_tables.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

jpeg_tokens frame_of(std::uint8_t down, std::uint32_t height) {
  jpeg_tokens picture;
  picture.width = 100;
  picture.height = height;
  picture.components.resize(3);
  for (auto& component : picture.components)
    component.table.fill(1);
  picture.components[0].down = down;
  picture.count_mcus();
  return picture;
}

} // namespace

TEST(JpegSimilarity, HasASampleInEachRowOfTiles) {
  for (auto down : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{4}})
    for (std::uint32_t height = 1; height < 700; height += 13) {
      const auto picture = frame_of(down, height);
      const jpeg_similarity likeness(picture, std::vector<quant_table>(3, {1}));
      std::vector<int> samples((height + 63) / 64);
      for (std::size_t row = 0; row < picture.mcus_down; ++row)
        samples[row * 8 * down / 64] += likeness.has_samples(row) ? 1 : 0;
      EXPECT_TRUE(std::all_of(samples.begin(), samples.end(),
                              [](int count) { return count == 1; }))
        << height << " down " << int{down};
    }
}

TEST(JpegSimilarity, IsTheSameWhereItRequantizes) {
  auto tokens =
    read_usual_tokens(test::view(test::jpeg_of(test::photo(333, 250), 92)));
  ASSERT_TRUE(tokens);
  auto coarse = *tokens;
  std::vector<quant_table> tables;
  std::vector<requantizing_factors> factors;
  requantize(coarse, [&](const jpeg_component& component) {
    tables.push_back(
      coarser(component.table, quality_table(40, component.chroma)));
    factors.push_back(divide(component.table, tables.back()));
    return tables.back();
  });
  jpeg_similarity on_the_way(*tokens, tables);
  token_list made;
  const auto* at = tokens->tokens.begin();
  for (std::size_t row = 0; row < tokens->mcus_down; ++row) {
    on_the_way.begin(row);
    for (std::uint32_t column = 0; column < tokens->mcus_across; ++column) {
      // Four blocks of luma, two of chroma.
      const auto* end = at;
      for (int blocks = 0; end != tokens->tokens.end(); ++end)
        if (token_position(*end) == 0 && ++blocks > 6)
          break;
      made.end_at(on_the_way.requantize(
        row, column, {at, end}, factors,
        made.room_for(static_cast<std::size_t>(end - at))));
      at = end;
    }
  }
  EXPECT_TRUE(std::equal(made.begin(), made.end(), coarse.tokens.begin(),
                         coarse.tokens.end()));
  EXPECT_EQ(on_the_way.result(), likeness_of(*tokens, coarse));
}

} // namespace pixmill::imaging
