#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "imaging/jpeg_greedy_blocks.hpp"

/// What all ways to quantize greedily share.
namespace pixmill::imaging {

/// A dropped coefficient lengthens the run before the next one.
inline constexpr float longer_run_bits = 0.8F;

/// Puts the symbol of an AC coefficient behind `run` zeros.
inline std::uint32_t* put(std::uint32_t symbol, std::uint32_t run,
                          std::uint32_t tag, std::uint32_t* to) noexcept {
  for (; run >= 16; run -= 16)
    *to++ = tag | zero_run_symbol;
  *to++ = symbol | run << 4;
  return to;
}

/// Begins the block `b` with its DC coefficient.
inline void put_dc(std::size_t b, const greedy_block_kind& kind,
                   greedy_position& position, greedy_blocks& blocks) noexcept {
  auto dc = requantized(blocks.before_dc[b], kind.steps->factors[0]);
  auto change = dc - std::exchange(position.last_dc[kind.component], dc);
  blocks.after_dc[b] = dc;
  blocks.words[b] = position.to;
  *position.to++ = make_dc_symbol(kind.component, change);
}

} // namespace pixmill::imaging
