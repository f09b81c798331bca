#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "imaging/jpeg_requantize.hpp"
#include "imaging/jpeg_symbols.hpp"

namespace pixmill::imaging {

/// What the coefficients of a component are worth, by zigzag position.
struct greedy_steps {
  alignas(64) requantizing_factors factors{};
  alignas(64) std::array<float, 64> from{}; ///< Of the source, in samples.
  alignas(64) std::array<float, 64> to{};   ///< Of the output, in samples.
  /// Of squares of errors, as eyes see them.
  alignas(64) std::array<float, 64> weights{};
  /// All that is above, in that order, side by side.
  alignas(64) std::array<std::array<float, 4>, 64> all{};

  /// Puts the others side by side.
  void complete() noexcept {
    for (std::size_t i = 0; i < 64; ++i)
      all[i] = {std::bit_cast<float>(factors[i]), from[i], to[i], weights[i]};
  }
};

/// Bits of an AC symbol with its value, by the run of zeros before it.
struct greedy_prices {
  alignas(64) std::array<float, 64> ones{}; ///< Of magnitude 1.
  /// Of larger ones, as if they were 2 or 3: hardly any of the others goes.
  alignas(64) std::array<float, 64> others{};
};

/// One block of an MCU.
struct greedy_block_kind {
  std::size_t component;
  const greedy_steps* steps;
  const greedy_prices* prices;
};

/// Some blocks of a row, and what became of them.
struct greedy_blocks {
  /// As many as one MCU may have, and more than it mostly has.
  static constexpr std::size_t most = 64;

  std::array<int, most> before_dc;
  std::array<int, most> after_dc;
  std::array<std::uint32_t*, most> words; ///< Where each begins.
  /// Of the AC coefficients before and after, in samples.
  std::array<float, most> energies;
  std::array<float, most> covariances;

  // On the way: what does not round to zero, block after block.
  static constexpr std::size_t most_found = most * 63 + 8;
  std::array<std::size_t, most + 1> begins;
  std::array<float, most> visibilities;
  std::array<std::uint32_t, most_found> places;
  std::array<std::uint32_t, most_found> symbols; ///< Without runs.
  std::array<float, most_found> gains;           ///< In weighted errors.
  std::array<float, most_found> before;          ///< Magnitudes, in samples.
  std::array<float, most_found> after;
};

/// A place in a row of MCUs.
struct greedy_position {
  const std::uint32_t* at;  ///< The next block of the source.
  const std::uint32_t* end; ///< Of the row.
  std::uint32_t* to;        ///< Has `greedy_room` words more than needed.
  dc_state last_dc{};       ///< Of the output.
};

inline constexpr std::size_t greedy_room = 8;

/// Quantizes whole MCUs, `greedy_blocks::most` blocks at most: each coefficient
/// that does not round to zero stays if its error is worth more than its bits,
/// whatever becomes of the others, so that all are decided at once. The run
/// before it is that behind the last that does not round to zero.
/// @param worth Bits per weighted error where errors show as usual.
using greedy_quantizer = void (*)(std::span<const greedy_block_kind> mcu,
                                  std::size_t mcus, float worth,
                                  greedy_position& position,
                                  greedy_blocks& blocks);

/// For any processor.
void quantize_one_by_one(std::span<const greedy_block_kind> mcu,
                         std::size_t mcus, float worth,
                         greedy_position& position, greedy_blocks& blocks);

/// Eight coefficients at once, by AVX2: the same to the last bit.
void quantize_by_eights(std::span<const greedy_block_kind> mcu,
                        std::size_t mcus, float worth,
                        greedy_position& position, greedy_blocks& blocks);

/// Whether this processor can do so.
bool can_quantize_by_eights() noexcept;

/// Returns the one for this processor.
greedy_quantizer fastest_greedy_quantizer() noexcept;

} // namespace pixmill::imaging
