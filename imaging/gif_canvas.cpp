#include "imaging/gif_canvas.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pixmill::imaging {

gif_canvas::gif_canvas(std::uint32_t width, std::uint32_t height)
    : width_(width), height_(height), pixels_(std::size_t{width} * height) {}

void gif_canvas::draw(const gif_frame& frame) {
  if (frame.disposal == gif_disposal::previous)
    before_ = pixels_;
  const auto* number = frame.numbers.data();
  for (std::uint32_t y = 0; y < frame.height; ++y) {
    auto* out = row_of(frame, y);
    for (std::uint32_t x = 0; x < frame.width; ++x, ++number) {
      if (frame.transparent == *number)
        continue;
      const auto& colour = frame.palette[*number];
      out[x] = {colour[0], colour[1], colour[2], 255};
    }
  }
}

void gif_canvas::dispose(const gif_frame& frame) {
  if (frame.disposal == gif_disposal::previous)
    pixels_ = std::move(before_);
  if (frame.disposal == gif_disposal::background)
    for (std::uint32_t y = 0; y < frame.height; ++y)
      std::fill_n(row_of(frame, y), frame.width, pixel{});
}

pixel_buffer gif_canvas::shown() const {
  pixel_buffer out{width_, height_, 4, {}};
  out.samples.resize(pixels_.size() * 4);
  std::memcpy(out.samples.data(), pixels_.data(), out.samples.size());
  return out;
}

} // namespace pixmill::imaging
