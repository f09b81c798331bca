#pragma once

#include <cstdint>
#include <vector>

namespace pixmill::imaging {

/// The brightness of each pixel, row by row, upright.
struct luma_plane {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t stride = 0; ///< Bytes from row to row, at least `width`.
  std::vector<std::uint8_t> samples;
};

/// Returns the mean structural similarity of two planes of the same size in
/// parts per million; negative means are 0, different sizes are 0.
///
/// Windows of 8 x 8 pixels every 4 pixels, unweighted; planes with a side
/// below 8 are one window.
/// @see Wang, Bovik, Sheikh, Simoncelli: Image Quality Assessment: From Error
///      Visibility to Structural Similarity, IEEE TIP 13 (2004), for the
///      formula and its constants 0.01 and 0.03.
std::uint32_t ssim_ppm(const luma_plane& left, const luma_plane& right);

} // namespace pixmill::imaging
