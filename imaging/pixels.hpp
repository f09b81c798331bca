#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pixmill::imaging {

/// One decoded frame: interleaved channels of 8 bits, rows without gaps.
struct pixel_buffer {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint8_t channels = 3; ///< 1: grey, 3: RGB, 4: RGB and straight alpha.
  std::vector<std::uint8_t> samples;

  std::size_t row_bytes() const noexcept {
    return std::size_t{width} * channels;
  }

  const std::uint8_t* row(std::size_t y) const noexcept {
    return samples.data() + y * row_bytes();
  }

  std::uint8_t* row(std::size_t y) noexcept {
    return samples.data() + y * row_bytes();
  }
};

/// A decoded picture and the profile that its colours are in.
struct decoded_picture {
  pixel_buffer pixels;
  std::string icc; ///< Empty: sRGB.
};

/// Returns `stored` the way EXIF's `orientation` says it is to be seen.
pixel_buffer upright(pixel_buffer stored, std::uint8_t orientation);

/// Returns whether any pixel is not opaque.
bool has_transparency(const pixel_buffer& pixels);

/// Returns `pixels` with grey as RGB, and alpha laid over white.
pixel_buffer flattened(pixel_buffer pixels);

/// Returns RGB if no pixel of `pixels` uses its alpha, else `pixels`.
pixel_buffer without_idle_alpha(pixel_buffer pixels);

/// Returns `pixels` as RGBA.
pixel_buffer with_alpha(const pixel_buffer& pixels);

/// A size, pixels.
struct extent {
  std::uint32_t width = 0;
  std::uint32_t height = 0;

  bool operator==(const extent&) const = default;
};

/// Returns `pixels` at a smaller size, filtered with Lanczos of 3 lobes.
pixel_buffer resampled(const pixel_buffer& pixels, extent size);

} // namespace pixmill::imaging
