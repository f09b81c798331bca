#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace pixmill::imaging {

/// What an error counts in a block, by the energy of the block as eyes weigh
/// it: errors hide where much is going on. Read from a table by the exponent
/// and the first bits of the energy, within 2 %, as a power and a quotient
/// would be waited for by every decision in the block.
class jpeg_visibility {
public:
  static float at(float energy) noexcept {
    return table[std::bit_cast<std::uint32_t>(energy + hardly_visible)
                 >> shift];
  }

private:
  static constexpr int mantissa_bits = 4;
  static constexpr int shift = 23 - mantissa_bits;

  /// Below this energy all errors show.
  static constexpr float hardly_visible = 3'700;

  using values = std::array<float, std::size_t{256} << mantissa_bits>;

  static values make_table();

  static const values table;
};

} // namespace pixmill::imaging
