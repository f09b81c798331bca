#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <caf/expected.hpp>

#include "imaging/pixels.hpp"

namespace pixmill::imaging {

/// A colour, RGBA, and how many pixels have it.
struct counted_colour {
  std::array<std::uint8_t, 4> colour{};
  unsigned count = 0;
};

/// Counts the colours of `rgba`.
///
/// Opaque ones that share their upper bits are one, which has their mean, and
/// so are translucent ones: a quantizer would not tell them apart, and takes
/// most of its time for sorting them. Of large pictures only some rows count.
std::vector<counted_colour> count_colours(const pixel_buffer& rgba);

/// Returns the colours that stand best for all that were counted, RGBA.
/// @param colours At most so many, 2 to 256.
/// @param quality 0 to 100: fewer where they suffice for it.
/// @retval errc::encode Nothing was counted.
caf::expected<std::vector<std::uint8_t>>
choose_palette(const std::vector<counted_colour>& counted, int colours,
               int quality);

} // namespace pixmill::imaging
