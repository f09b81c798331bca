#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "imaging/jpeg_block_choice.hpp"
#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_greedy_blocks.hpp"
#include "imaging/jpeg_requantize.hpp"
#include "imaging/jpeg_similarity.hpp"
#include "imaging/jpeg_symbols.hpp"
#include "imaging/jpeg_weights.hpp"

namespace pixmill::imaging {

/// Changes coefficients to coarser tables, and drops or lowers those that cost
/// more bits than their error is worth.
///
/// Rate-distortion optimal within a block for the given lengths of codes, DC
/// aside ("trellis"); or almost so by deciding once for each coefficient.
/// @see Ramchandran, Vetterli: Rate-distortion optimal fast thresholding with
///      complete JPEG/MPEG decoder compatibility, IEEE TIP 3 (1994)
class jpeg_quantizer {
public:
  enum class effort : std::uint8_t { greedy, trellis };

  /// @param picture Outlives the object.
  jpeg_quantizer(const jpeg_tokens& picture, std::vector<quant_table> tables,
                 const std::vector<error_weights>& weights, effort how);

  /// Prices symbols by how often they occur.
  void set_prices(const scan_counts& counts);

  /// Sets the error that one bit is worth.
  void set_lambda(double lambda);

  double lambda() const noexcept {
    return lambda_;
  }

  /// Quantizes a row of MCUs into the words of its symbols.
  /// @param out    Has room for as many words as the row has tokens, and
  ///               `most_extra_symbols` for each block.
  /// @param counts The symbols are added to it, as if DC started at 0.
  /// @param edges  Of the components that have a block.
  /// @param likeness Learns what became of the row.
  /// @returns The bits that they take at the prices.
  double run(std::size_t row, token_row source, std::uint32_t*& out,
             scan_counts& counts, dc_edges& edges, jpeg_similarity& likeness);

private:
  struct component_steps {
    block_steps steps;
    requantizing_factors factors;
    std::array<std::uint32_t, 64> least; ///< Magnitude that is not zero then.
    /// What the square of a source's unit adds to the energy as eyes weigh it,
    /// and to that of the samples.
    std::array<std::array<float, 2>, 64> squares;
    greedy_steps greedy;
    float from_dc; ///< One unit, in samples.
    float to_dc;
  };

  double run_greedily(std::size_t row, token_row source, std::uint32_t*& out,
                      scan_counts& counts, dc_edges& edges,
                      jpeg_similarity& likeness);

  /// Adds the symbols to `counts`.
  /// @returns Their bits.
  double count_words(std::span<const std::uint32_t> words,
                     scan_counts& counts) const;

  /// Tells the likeness of what `blocks_` has from `mcu` on.
  void compare(std::size_t row, std::uint32_t mcu, std::uint32_t mcus,
               jpeg_similarity& likeness) const;

  /// Reads the rest of a block.
  /// @returns Where the next one begins, or `end`.
  static const std::uint32_t* gather(const std::uint32_t* at,
                                     const std::uint32_t* end,
                                     const component_steps& component,
                                     block_candidates& found);

  std::array<greedy_prices, 2> greedy_prices_{};
  const jpeg_tokens& picture_;
  std::vector<error_weights> roots_; ///< Of the weights.
  std::vector<quant_table> to_;
  std::vector<component_steps> components_;
  std::array<ac_prices, 2> ac_prices_{}; ///< Of the AC tables.
  std::array<std::array<float, 16>, 2> dc_prices_{};
  /// Of symbols with their tables and the bits that follow.
  std::array<float, scan_table_count * 256> word_prices_{};
  greedy_quantizer quantize_ = fastest_greedy_quantizer();
  std::unique_ptr<greedy_blocks> blocks_ =
    std::make_unique_for_overwrite<greedy_blocks>();
  double lambda_ = 1;
  effort effort_;
};

} // namespace pixmill::imaging
