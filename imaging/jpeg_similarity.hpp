#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_tokens.hpp"
#include "imaging/similarity.hpp"

namespace pixmill::imaging {

/// Compares the coefficients of a JPEG with those of its copy in other tables.
///
/// A window is a block: mean, variance and covariance of its samples are sums
/// over its coefficients (Parseval), so that nothing has to be decoded.
class jpeg_similarity {
public:
  /// @param source Its frame and tables.
  /// @param tables The copy's.
  jpeg_similarity(const jpeg_tokens& source,
                  const std::vector<quant_table>& tables);

  /// Takes in a row of MCUs; rows may come in any order.
  void add(std::size_t row, token_row source, token_row output);

  similarity result() const;

private:
  struct component_state {
    std::array<float, 64> from; ///< The tables by zigzag position.
    std::array<float, 64> to;
    std::uint32_t used_columns; ///< Blocks that show something.
    std::uint32_t used_rows;
    tile_sums tiles;
  };

  const jpeg_tokens& source_;
  std::vector<component_state> components_;
};

} // namespace pixmill::imaging
