#pragma once

#include <cstdint>
#include <vector>

#include "imaging/pixels.hpp"

namespace pixmill::imaging {

/// How much may be wrong in the parts of a picture: what is busy hides more
/// than what is flat.
class gif_tolerance {
public:
  /// Blocks have this many pixels on a side.
  static constexpr std::uint32_t side = 8;

  /// @param shown RGBA.
  /// @param loss  0: nothing may be wrong; 1 to 5000: ten times as much where
  ///              it is busy, down to a twentieth of that where it is flat.
  gif_tolerance(const pixel_buffer& shown, unsigned loss);

  /// Returns which of `limits` a pixel has to keep.
  std::uint8_t at(std::uint32_t x, std::uint32_t y) const noexcept {
    return classes_[std::size_t{y / side} * across_ + x / side];
  }

  /// Returns errors as `gif_error` has them.
  const std::vector<float>& limits() const noexcept {
    return limits_;
  }

private:
  std::uint32_t across_;
  std::vector<std::uint8_t> classes_;
  std::vector<float> limits_;
};

} // namespace pixmill::imaging
