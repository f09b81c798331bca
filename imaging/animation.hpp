#pragma once

#include <cstdint>
#include <vector>

#include "imaging/pixels.hpp"
#include "imaging/similarity.hpp"

namespace pixmill::imaging {

/// All frames of an animation as they are shown, RGBA.
struct animation {
  std::vector<pixel_buffer> frames;
  std::vector<int> ends; ///< When each frame gives way, ms from the start.
  int loops = 0;         ///< 0: forever.
  std::uint32_t background = 0;
};

/// Returns the mean luma SSIM in ppm over the frames of `shown` against what
/// `original` shows at the same time. Encoders merge equal neighbours, so that
/// there may be fewer.
similarity likeness_of(const animation& original, const animation& shown);

} // namespace pixmill::imaging
