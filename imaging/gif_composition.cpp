#include <utility>

#include "imaging/gif_canvas.hpp"

namespace pixmill::imaging {

animation shown_frames(const gif_picture& picture) {
  animation result;
  result.loops = !picture.loops        ? 1
                 : *picture.loops == 0 ? 0
                                       : static_cast<int>(*picture.loops) + 1;
  gif_canvas seen(picture.width, picture.height);
  int end = 0;
  for (const auto& frame : picture.frames) {
    seen.draw(frame);
    end += static_cast<int>(frame.delay) * 10;
    result.frames.push_back(seen.shown());
    result.ends.push_back(end);
    seen.dispose(frame);
  }
  return result;
}

caf::expected<animation> decode_gif_animation(byte_view source) {
  auto picture = decode_gif_frames(source);
  if (!picture)
    return std::move(picture.error());
  return shown_frames(*picture);
}

} // namespace pixmill::imaging
