#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pixmill::imaging {

/// Straight RGBA of 8 bits, red in the lowest.
using packed_colour = std::uint32_t;

inline packed_colour colour_at(const std::uint8_t* pixel) noexcept {
  return pixel[0] | packed_colour{pixel[1]} << 8 | packed_colour{pixel[2]} << 16
         | packed_colour{pixel[3]} << 24;
}

/// Finds which colour of a palette comes nearest, and remembers it.
///
/// Colours are compared on black and on white, whichever differs more, so that
/// what is nearly transparent may have any. Opaque ones are remembered by their
/// upper seven bits, which is finer than the palette's own steps, others by
/// five.
class nearest_colours {
public:
  static constexpr std::size_t most_colours = 256;

  /// @param palette RGBA, 1 to 256 entries.
  explicit nearest_colours(std::span<const std::uint8_t> palette);

  /// Returns the number of the colour that comes nearest to `pixel`; of
  /// several, the first.
  std::uint8_t of(packed_colour pixel) {
    if (pixel >> 24 != 255)
      return of_translucent(pixel);
    const auto key = pixel & 0xfe'fefe;
    const auto known = opaque_[(key * hash_factor) >> 16];
    return static_cast<std::uint8_t>(known >> 8 == key ? known
                                                       : of_unknown(pixel));
  }

private:
  using column = std::array<std::int32_t, most_colours>;

  /// A palette, channel by channel: what is translucent first, from the next
  /// multiple of eight on what is opaque. Gaps repeat another entry.
  struct columns {
    std::array<column, 3> on_black{};
    column alphas{};
    std::array<column, 3> products{}; ///< What a channel takes off `squares`.
    column squares{};
    column numbers{};
    std::size_t translucent = 0;
    std::size_t all = 0;
  };

  struct memory {
    packed_colour key = 0;
    std::uint8_t number = 0;
  };

  static constexpr std::uint32_t hash_factor = 2'654'435'769u;

  static std::int32_t least(const columns& palette, packed_colour pixel,
                            std::size_t count);
  static std::int32_t least_opaque(const columns& palette, packed_colour pixel);
  std::uint8_t search(packed_colour pixel) const;
  std::uint8_t of_translucent(packed_colour pixel);
  std::uint32_t of_unknown(packed_colour pixel);

  columns columns_;
  std::vector<std::uint32_t> opaque_; ///< Colours, and numbers in eight bits.
  std::vector<memory> translucent_;
  std::uint8_t clear_ = 0; ///< Nearest to what is not seen.
};

} // namespace pixmill::imaging
