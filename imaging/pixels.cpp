#include "imaging/pixels.hpp"

#include <algorithm>
#include <utility>

#include "imaging/vectorize.hpp"

namespace pixmill::imaging {

namespace {

/// Steps in the stored picture, in pixels, for one step in the upright one.
struct walk {
  std::ptrdiff_t start;
  std::ptrdiff_t across;
  std::ptrdiff_t down;
};

walk walk_for(std::uint8_t orientation, std::ptrdiff_t width,
              std::ptrdiff_t height) {
  auto right = width - 1;
  auto bottom = (height - 1) * width;
  switch (orientation) {
  case 2:
    return {right, -1, width};
  case 3:
    return {bottom + right, -1, -width};
  case 4:
    return {bottom, 1, -width};
  case 5:
    return {0, width, 1};
  case 6:
    return {bottom, -width, 1};
  case 7:
    return {bottom + right, -width, -1};
  case 8:
    return {right, width, -1};
  default:
    return {0, 1, width};
  }
}

template <std::size_t Channels>
void copy_along(const walk& path, const pixel_buffer& from, pixel_buffer& to) {
  // Tiles, because one of both sides is read across its rows.
  constexpr std::uint32_t tile = 32;
  for (std::uint32_t top = 0; top < to.height; top += tile)
    for (std::uint32_t left = 0; left < to.width; left += tile)
      for (auto y = top; y < std::min(top + tile, to.height); ++y)
        for (auto x = left; x < std::min(left + tile, to.width); ++x) {
          auto source = path.start + path.across * std::ptrdiff_t{x}
                        + path.down * std::ptrdiff_t{y};
          auto* in = from.samples.data()
                     + source * static_cast<std::ptrdiff_t>(Channels);
          auto* out = to.row(y) + std::size_t{x} * Channels;
          for (std::size_t c = 0; c < Channels; ++c)
            out[c] = in[c];
        }
}

std::uint8_t over_white(std::uint32_t value, std::uint32_t alpha) {
  return static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127)
                                   / 255);
}

} // namespace

pixel_buffer upright(pixel_buffer stored, std::uint8_t orientation) {
  if (orientation <= 1 || orientation > 8)
    return stored;
  pixel_buffer turned{stored.width, stored.height, stored.channels, {}};
  if (orientation >= 5)
    std::swap(turned.width, turned.height);
  turned.samples.resize(stored.samples.size());
  auto path = walk_for(orientation, stored.width, stored.height);
  if (stored.channels == 1)
    copy_along<1>(path, stored, turned);
  else if (stored.channels == 3)
    copy_along<3>(path, stored, turned);
  else
    copy_along<4>(path, stored, turned);
  return turned;
}

bool has_transparency(const pixel_buffer& pixels) {
  if (pixels.channels != 4)
    return false;
  for (std::size_t i = 3; i < pixels.samples.size(); i += 4)
    if (pixels.samples[i] != 255)
      return true;
  return false;
}

pixel_buffer flattened(pixel_buffer pixels) {
  if (pixels.channels == 3)
    return pixels;
  pixel_buffer result{pixels.width, pixels.height, 3, {}};
  auto count = std::size_t{pixels.width} * pixels.height;
  result.samples.resize(count * 3);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      result.samples[i * 3 + c] =
        pixels.channels == 1
          ? pixels.samples[i]
          : over_white(pixels.samples[i * 4 + c], pixels.samples[i * 4 + 3]);
  return result;
}

pixel_buffer without_idle_alpha(pixel_buffer pixels) {
  if (pixels.channels != 4 || has_transparency(pixels))
    return pixels;
  return flattened(std::move(pixels));
}

pixel_buffer with_alpha(const pixel_buffer& pixels) {
  if (pixels.channels == 4)
    return pixels;
  pixel_buffer result{pixels.width, pixels.height, 4, {}};
  auto count = std::size_t{pixels.width} * pixels.height;
  result.samples.resize(count * 4);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      result.samples[i * 4 + c] =
        pixels.samples[pixels.channels == 1 ? i : i * 3 + c];
    result.samples[i * 4 + 3] = 255;
  }
  return result;
}

} // namespace pixmill::imaging
