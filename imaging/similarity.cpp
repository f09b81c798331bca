#include "imaging/similarity.hpp"

#include <algorithm>
#include <cmath>

namespace pixmill::imaging {

namespace {

std::uint32_t to_ppm(double similarity) {
  // At least 1: 0 says that nothing was measured.
  return static_cast<std::uint32_t>(
    std::lround(std::clamp(similarity, 1e-6, 1.0) * 1e6));
}

std::vector<std::uint32_t> tiles_of(std::uint32_t windows,
                                    std::uint32_t in_tile) {
  auto tiles = std::max(windows / in_tile, 1u);
  std::vector<std::uint32_t> result(windows);
  for (std::uint32_t i = 0; i < windows; ++i)
    result[i] = std::min(i / in_tile, tiles - 1);
  return result;
}

} // namespace

std::uint32_t similarity::worst_ppm() const noexcept {
  return chroma_worst_ppm == 0 ? luma_worst_ppm
                               : std::min(luma_worst_ppm, chroma_worst_ppm);
}

tile_sums::tile_sums(std::uint32_t columns, std::uint32_t rows,
                     std::uint32_t across, std::uint32_t down)
    : tiles_across_(std::max(columns / across, 1u)),
      tile_of_column_(tiles_of(columns, across)),
      tile_of_row_(tiles_of(rows, down)),
      tiles_(std::size_t{tiles_across_} * std::max(rows / down, 1u)) {}

std::uint32_t tile_sums::mean_ppm() const {
  double sum = 0;
  double count = 0;
  for (auto& one : tiles_) {
    sum += one.sum;
    count += one.count;
  }
  return count > 0 ? to_ppm(sum / count) : 0;
}

std::uint32_t tile_sums::worst_ppm() const {
  double worst = 2;
  for (auto& one : tiles_)
    if (one.count > 0)
      worst = std::min(worst, one.sum / one.count);
  return worst <= 1.5 ? to_ppm(worst) : 0;
}

} // namespace pixmill::imaging
