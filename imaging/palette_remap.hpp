#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "imaging/pixels.hpp"

namespace pixmill::imaging {

/// Replaces each pixel of `rgba` by the number of the palette's nearest colour.
///
/// Colours are compared on black and on white, so that what is nearly
/// transparent may have any. Nearest colours are remembered by their upper
/// seven bits, for opaque pixels, which is finer than the palette's own steps.
///
/// @param palette  RGBA, 1 to 256 entries.
/// @param dithered Spreads what is lost over the neighbours (Floyd and
///                 Steinberg, every other row backwards).
/// @see Floyd, Steinberg: An Adaptive Algorithm for Spatial Greyscale,
///      Proceedings of the SID 17/2 (1976)
std::vector<std::uint8_t> remapped(const pixel_buffer& rgba,
                                   std::span<const std::uint8_t> palette,
                                   bool dithered);

} // namespace pixmill::imaging
