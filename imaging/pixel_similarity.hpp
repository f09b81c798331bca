#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <caf/expected.hpp>

#include "imaging/pixels.hpp"
#include "imaging/similarity.hpp"

namespace pixmill::imaging {

/// A picture as brightness and two differences of colour, as JPEG computes
/// them; alpha is laid over white.
class colour_planes {
public:
  explicit colour_planes(const pixel_buffer& pixels);

  /// Shows entries of a palette.
  /// @param palette One row of colours.
  /// @param numbers Entries of it, one for each pixel of `size`.
  colour_planes(const colour_planes& palette,
                const std::vector<std::uint8_t>& numbers, extent size);

  extent size() const noexcept {
    return {width_, height_};
  }

  /// Returns whether there is no colour.
  bool grey() const noexcept {
    return planes_[1].empty();
  }

  const std::vector<std::uint8_t>& plane(std::size_t i) const noexcept {
    return planes_[i];
  }

private:
  std::uint32_t width_;
  std::uint32_t height_;
  std::array<std::vector<std::uint8_t>, 3> planes_;
};

/// Compares two pictures of the same size, window by window; nothing is
/// measured if the sizes differ.
similarity likeness_of(const colour_planes& left, const colour_planes& right);

} // namespace pixmill::imaging
