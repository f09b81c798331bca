#include "imaging/jpeg_rate_model.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_requantize.hpp"
#include "imaging/jpeg_weights.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

jpeg_tokens photo_tokens(int quality) {
  auto source = test::jpeg_of(test::photo(320, 240), quality);
  auto tokens = read_usual_tokens(test::view(source));
  EXPECT_TRUE(tokens);
  return std::move(*tokens);
}

/// Bytes of `picture` with other tables, each value rounded.
std::size_t bytes_with(jpeg_tokens picture,
                       const std::vector<quant_table>& tables) {
  std::size_t next = 0;
  requantize(picture, [&](const jpeg_component&) { return tables[next++]; });
  return emit_jpeg(picture, {}).size();
}

} // namespace

TEST(RateModel, ChoosesCoarserTablesAsBitsCostMore) {
  auto tokens = photo_tokens(92);
  jpeg_rate_model model(tokens, rows_of(tokens), weights_for(tokens));
  auto before = model.choose(0);
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_EQ(before[i], tokens.components[i].table);
  auto size = bytes_with(tokens, before);
  for (auto lambda : {1.0, 10.0, 100.0, 1000.0}) {
    auto tables = model.choose(lambda);
    for (std::size_t i = 0; i < tables.size(); ++i)
      EXPECT_TRUE(
        std::equal(before[i].begin(), before[i].end(), tables[i].begin(),
                   [](auto fine, auto coarse) { return fine <= coarse; }))
        << lambda;
    EXPECT_LT(bytes_with(tokens, tables), size) << lambda;
    size = bytes_with(tokens, tables);
    before = tables;
  }
}

TEST(RateModel, FindsTheLambdaOfAShare) {
  auto tokens = photo_tokens(92);
  jpeg_rate_model model(tokens, rows_of(tokens), weights_for(tokens));
  auto before = 0.0;
  for (auto share : {0.9, 0.7, 0.5, 0.3}) {
    auto lambda = model.lambda_for(share);
    EXPECT_GT(lambda, before) << share;
    before = lambda;
  }
  auto whole = static_cast<double>(bytes_with(tokens, model.choose(0)));
  auto half = static_cast<double>(
    bytes_with(tokens, model.choose(model.lambda_for(0.5))));
  EXPECT_NEAR(half / whole, 0.5, 0.15);
}

} // namespace pixmill::imaging
