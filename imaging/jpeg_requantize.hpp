#pragma once

#include <array>
#include <cstdint>

#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

/// Quotients of two tables in units of 2^-16, by zigzag position.
using requantizing_factors = std::array<std::uint32_t, 64>;

/// Returns `from` / `to`.
requantizing_factors divide(const quant_table& from, const quant_table& to);

/// Returns `value` x `factor`, with what makes it round when its lower half is
/// cut off.
inline int scaled_up(int value, std::uint32_t factor) noexcept {
  // One more below zero, where cutting off rounds away from it.
  auto below = static_cast<int>(static_cast<std::uint32_t>(value) >> 31);
  return value * static_cast<int>(factor) + 0x7fff + below;
}

/// Returns the multiple of the coarser table that is closest to `value`; halves
/// go towards zero.
inline int requantized(int value, std::uint32_t factor) noexcept {
  return scaled_up(value, factor) >> 16;
}

/// Returns the token at `place`, which is all of a token but its value, of a
/// requantized value.
inline std::uint32_t requantized_token(int value, std::uint32_t factor,
                                       std::uint32_t place) noexcept {
  return (static_cast<std::uint32_t>(scaled_up(value, factor)) & 0xffff0000u)
         | place;
}

/// Changes all coefficients to the tables that `choose` returns, none of them
/// finer than the present ones.
void requantize(jpeg_tokens& picture, const table_chooser& choose);

} // namespace pixmill::imaging
