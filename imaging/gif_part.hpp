#pragma once

#include <optional>

#include "imaging/gif_canvas.hpp"
#include "imaging/gif_codes.hpp"

namespace pixmill::imaging {

/// A part of the picture that has to be drawn.
struct gif_part {
  std::uint32_t left = 0;
  std::uint32_t top = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  gif_area area;
};

/// What decides how a frame is drawn.
struct gif_drawing {
  const gif_frame& frame;
  gif_disposal disposal;      ///< What is to become of it.
  const pixel_buffer& wanted; ///< What is to be seen of the picture, RGBA.
  const gif_canvas* below;    ///< What is seen before; null: the first frame.
  unsigned loss;              ///< See `gif_tolerance`.
};

/// Returns what of a frame has to be drawn, down to one pixel if nothing has.
/// @param shared Holds all colours of the frame; none: the part gets a palette
///               of what it draws.
gif_part part_to_draw(const gif_drawing& drawing,
                      const std::optional<gif_palette>& shared);

/// Returns a palette for all frames; none: they have too many colours.
std::optional<gif_palette> shared_palette(const gif_picture& picture);

} // namespace pixmill::imaging
