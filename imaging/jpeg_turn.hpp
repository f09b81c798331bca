#pragma once

#include <cstdint>

#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

/// Returns whether `turned` can turn `picture`: blocks that are cut by an edge
/// cannot move to the opposite one.
bool can_turn(const jpeg_tokens& picture, std::uint8_t orientation) noexcept;

/// Turns a picture upright without any loss.
/// @param orientation EXIF's, 1 to 8; only one that `can_turn` allows.
jpeg_tokens turned(const jpeg_tokens& picture, std::uint8_t orientation);

} // namespace pixmill::imaging
