#pragma once

#include <string>
#include <vector>

#include "imaging/gif_codes.hpp"
#include "imaging/gif_frames.hpp"

namespace pixmill::imaging {

/// Writes what `picture` shows, frame by frame; of each only what has changed.
/// Timing, loops and what is seen through stay as they are.
/// @param wanted What should be seen, of as many frames.
/// @param loss   0: exactly what `picture` shows. Else a pixel may be off by
///               what `gif_tolerance` allows there, or shows the colour of
///               `picture`, or what the frame before had there.
/// @param starts How the codes of each frame start. Empty: all ways are tried,
/// and
///               what was better is noted here.
std::string encode_gif(const gif_picture& picture, const animation& wanted,
                       unsigned loss, std::vector<gif_start>& starts);

/// Writes `picture`; what it shows is what should be seen.
std::string encode_gif_frames(const gif_picture& picture, unsigned loss);

} // namespace pixmill::imaging
