#pragma once

#include <array>
#include <cstdint>

#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

/// Quotients of two tables in units of 2^-16, by zigzag position.
using requantizing_factors = std::array<std::uint32_t, 64>;

/// Returns `from` / `to`.
requantizing_factors divide(const quant_table& from, const quant_table& to);

/// Returns the multiple of the coarser table that is closest to `value`; halves
/// go towards zero.
inline int requantized(int value, std::uint32_t factor) noexcept {
  auto sign = value >> 31;
  auto magnitude = static_cast<std::uint32_t>((value ^ sign) - sign);
  auto scaled = static_cast<int>((magnitude * factor + 0x7fff) >> 16);
  return (scaled ^ sign) - sign;
}

/// Changes all coefficients to the tables that `choose` returns, none of them
/// finer than the present ones.
void requantize(jpeg_tokens& picture, const table_chooser& choose);

} // namespace pixmill::imaging
