#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace pixmill::imaging {

/// How often each symbol of one Huffman table occurs.
using symbol_counts = std::array<std::uint32_t, 256>;

/// A Huffman table for one picture.
struct huffman_code {
  std::array<std::uint8_t, 16> counts{}; ///< Codes of 1 to 16 bits.
  std::vector<std::uint8_t> symbols;     ///< Shortest code first.
  std::array<std::uint16_t, 256> codes{};
  std::array<std::uint8_t, 256> lengths{};
};

/// Returns the code that takes the fewest bits for `counts`, none longer than
/// 16 bits and none of ones alone.
/// @see ITU-T T.81, K.2
huffman_code best_code(const symbol_counts& counts);

} // namespace pixmill::imaging
