#pragma once

#include <optional>

#include "imaging/png_codec.hpp"

namespace pixmill::imaging {

/// Returns `pixels` with a palette, without loss; nothing when they have more
/// than 256 colours.
/// @param pixels RGBA.
std::optional<indexed_picture> exact_palette(const pixel_buffer& pixels);

} // namespace pixmill::imaging
