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
  /// A block and its copy, in samples.
  struct block_pair {
    float before_dc = 0;
    float after_dc = 0;
    float energies = 0;   ///< Squares of both sides, without DC.
    float covariance = 0; ///< Products of both sides, without DC.
  };

  /// @param source Its frame and tables.
  /// @param tables The copy's.
  jpeg_similarity(const jpeg_tokens& source,
                  const std::vector<quant_table>& tables);

  /// Begins a row of MCUs, maybe anew; rows may come in any order.
  void begin(std::size_t row);

  /// Takes in a block of the row that was begun.
  /// @param column,line Blocks of the component.
  void add(std::size_t component, std::uint32_t column, std::uint32_t line,
           const block_pair& block) noexcept {
    auto& state = components_[component];
    if (column >= state.used_columns || line >= state.used_rows)
      return;
    state.sums[line * state.tiles.tiles_across()
               + state.tiles.tile_of_column(column)] +=
      window_similarity(128 + block.before_dc / 8, 128 + block.after_dc / 8,
                        block.energies / degrees_of_freedom,
                        block.covariance / degrees_of_freedom);
  }

  /// Takes in a whole row of MCUs.
  void add(std::size_t row, token_row source, token_row output);

  similarity result() const;

private:
  struct component_state {
    std::array<float, 64> from; ///< The tables by zigzag position.
    std::array<float, 64> to;
    std::uint32_t used_columns; ///< Blocks that show something.
    std::uint32_t used_rows;
    tile_sums tiles;                    ///< Empty, for its geometry.
    std::vector<std::uint32_t> windows; ///< Of a line in each tile.
    std::vector<float> sums; ///< Line by line, of the windows in each tile.
  };

  /// Unbiased, as the reference implementations have it.
  static constexpr float degrees_of_freedom = 63;

  static tile_sums tiles_of(const component_state& state);

  const jpeg_tokens& source_;
  std::vector<component_state> components_;
};

} // namespace pixmill::imaging
