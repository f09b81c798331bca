#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "imaging/jpeg_requantize.hpp"
#include "imaging/jpeg_symbols.hpp"

namespace pixmill::imaging {

/// Bits of AC symbols with their values.
struct ac_prices {
  std::array<std::array<float, 64>, 16> values; ///< By size and run.
  float end = 0;                                ///< Of a block.
};

/// What one unit is worth at each zigzag position.
struct block_steps {
  std::array<float, 64> from;       ///< Of the source, in weighted errors.
  std::array<float, 64> to;         ///< Of the output, in weighted errors.
  std::array<float, 64> shown_from; ///< Of the source, in samples.
  std::array<float, 64> shown_to;   ///< Of the output, in samples.
};

/// The AC coefficients of a block that do not round to zero, from 1 on.
struct block_candidates {
  std::array<std::uint32_t, 65> tokens; ///< Of the source.
  std::array<std::int32_t, 65> quotients;
  std::size_t count = 0;
  float visibility = 1; ///< What an error counts in this block.
  float energy = 0;     ///< Of all coefficients but DC, in samples.
};

/// What became of a block.
struct block_choice {
  float bits = 0;
  float energy = 0;     ///< Of what stays, in samples.
  float covariance = 0; ///< With the source.
};

/// Chooses what to keep of a block so that bits and errors together are the
/// least, and puts its symbols, its end included, at `to`.
/// @param table Of the symbols; `counts` are its.
block_choice choose_by_trellis(const ac_prices& prices,
                               const block_steps& steps,
                               block_candidates& found, std::size_t table,
                               symbol_counts& counts, std::uint32_t*& to);

} // namespace pixmill::imaging
