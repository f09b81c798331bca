#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_requantize.hpp"
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
    auto& [sum, count] = state.lines[line * state.tiles.tiles_across()
                                     + state.tiles.tile_of_column(column)];
    ++count;
    sum +=
      window_similarity(128 + block.before_dc / 8, 128 + block.after_dc / 8,
                        block.energies / degrees_of_freedom,
                        block.covariance / degrees_of_freedom);
  }

  /// Takes in a whole row of MCUs.
  void add(std::size_t row, token_row source, token_row output);

  /// Takes in an MCU of the row that was begun, requantizing it on the way.
  /// @param to Has room for as many tokens as `source`.
  /// @returns The end of what was put there.
  std::uint32_t* requantize(std::size_t row, std::uint32_t column,
                            token_row source,
                            const std::vector<requantizing_factors>& factors,
                            std::uint32_t* to);

  /// Returns whether a row of MCUs has some that tell of all: one in each row
  /// of tiles.
  bool has_samples(std::size_t row) const noexcept;

  /// Returns whether an MCU of such a row tells of all: every second one.
  static bool is_sample(std::uint32_t column) noexcept {
    return column % 2 == 0;
  }

  /// Returns what was taken in.
  similarity result() const;

private:
  struct component_state {
    std::array<float, 64> from; ///< The tables by zigzag position.
    std::array<float, 64> to;
    std::uint32_t used_columns; ///< Blocks that show something.
    std::uint32_t used_rows;
    tile_sums tiles; ///< Empty, for its geometry.
    /// Line by line, of the windows in each tile: their sum and number.
    std::vector<std::pair<float, std::uint32_t>> lines;
  };

  /// Unbiased, as the reference implementations have it.
  static constexpr float degrees_of_freedom = 63;

  static std::uint32_t* requantize(const std::uint32_t*& in,
                                   const std::uint32_t* end,
                                   const requantizing_factors& factors,
                                   const component_state& state,
                                   block_pair& block, std::uint32_t* to);
  static tile_sums tiles_of(const component_state& state);

  const jpeg_tokens& source_;
  std::vector<component_state> components_;
  std::size_t rows_in_tile_ = 1; ///< Of MCUs.
};

/// Compares all coefficients of `source` with those of `output`, whose tables
/// are coarser.
similarity likeness_of(const jpeg_tokens& source, const jpeg_tokens& output);

} // namespace pixmill::imaging
