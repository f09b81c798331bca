#pragma once

#include <cstdint>
#include <string>

#include "imaging/byte_view.hpp"

namespace pixmill::imaging {

/// Returns the orientation, 1 to 8, that an EXIF block states; 1 when it states
/// none or is broken.
/// @param tiff The block from its `II` or `MM` on.
std::uint8_t exif_orientation(byte_view tiff) noexcept;

/// Returns an EXIF block, from `II` on, that states the orientation and nothing
/// else.
std::string minimal_exif(std::uint8_t orientation);

/// Returns the JPEG segment, marker included, that holds `minimal_exif`;
/// nothing where the orientation is 1.
std::string exif_segment(std::uint8_t orientation);

} // namespace pixmill::imaging
