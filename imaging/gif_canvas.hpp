#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "imaging/gif_frames.hpp"
#include "imaging/pixels.hpp"

namespace pixmill::imaging {

/// What is seen while the frames of a GIF come and go: RGBA, alpha 0 or 255.
class gif_canvas {
public:
  using pixel = std::array<std::uint8_t, 4>;

  gif_canvas(std::uint32_t width, std::uint32_t height);

  void draw(const gif_frame& frame);

  /// Does away with `frame`, which was drawn last.
  void dispose(const gif_frame& frame);

  /// Returns a row of the picture.
  const pixel* row(std::uint32_t y) const noexcept {
    return pixels_.data() + std::size_t{y} * width_;
  }

  pixel_buffer shown() const;

private:
  pixel* row_of(const gif_frame& frame, std::uint32_t y) {
    return pixels_.data() + std::size_t{frame.top + y} * width_ + frame.left;
  }

  std::uint32_t width_;
  std::uint32_t height_;
  std::vector<pixel> pixels_;
  std::vector<pixel> before_;
};

} // namespace pixmill::imaging
