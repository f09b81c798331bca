#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pixmill::imaging {

/// How much an output looks like its source: structural similarity in parts per
/// million, the mean over the picture and the mean over its worst tile, because
/// a mean hides what happens to a small part.
/// @see Wang, Bovik, Sheikh, Simoncelli: Image Quality Assessment: From Error
///      Visibility to Structural Similarity, IEEE TIP 13 (2004)
struct similarity {
  std::uint32_t luma_ppm = 0; ///< 0: not measured.
  std::uint32_t luma_worst_ppm = 0;
  std::uint32_t chroma_ppm = 0; ///< 0: not measured, or there is none.
  std::uint32_t chroma_worst_ppm = 0;

  /// Returns the worst tile of all; 0: not measured.
  std::uint32_t worst_ppm() const noexcept;

  bool operator==(const similarity&) const = default;
};

inline constexpr similarity identical{1'000'000, 1'000'000, 1'000'000,
                                      1'000'000};

/// Sides of a window and of a tile, pixels of luma.
inline constexpr std::uint32_t window_side = 8;
inline constexpr std::uint32_t tile_side = 64;

/// Returns the similarity of one window.
/// @param left_mean,right_mean Of the samples, 0 to 255.
/// @param variances            Of both sides, added.
/// @param covariance           Of the samples.
inline float window_similarity(float left_mean, float right_mean,
                               float variances, float covariance) noexcept {
  constexpr float c1 = 0.01F * 255 * 0.01F * 255;
  constexpr float c2 = 0.03F * 255 * 0.03F * 255;
  return (2 * left_mean * right_mean + c1) * (2 * covariance + c2)
         / ((left_mean * left_mean + right_mean * right_mean + c1)
            * (variances + c2));
}

/// Sums windows up by tile. What is left at the right and bottom edge belongs
/// to the last whole tile.
class tile_sums {
public:
  tile_sums() = default;
  /// @param columns,rows Windows.
  /// @param across,down  Windows in a tile.
  tile_sums(std::uint32_t columns, std::uint32_t rows, std::uint32_t across,
            std::uint32_t down);

  void add(std::uint32_t column, std::uint32_t row, float window) noexcept {
    auto x = tile_of_column_[column];
    auto y = tile_of_row_[row];
    auto& one = tiles_[std::size_t{y} * tiles_across_ + x];
    one.sum += static_cast<double>(window);
    ++one.count;
  }

  /// Adds `count` windows of one line and one column of tiles.
  void add_line(std::uint32_t tile_column, std::uint32_t row, double sum,
                std::uint32_t count) noexcept {
    auto& one =
      tiles_[std::size_t{tile_of_row_[row]} * tiles_across_ + tile_column];
    one.sum += sum;
    one.count += count;
  }

  /// Returns the column of tiles that a window's column belongs to.
  std::uint32_t tile_of_column(std::uint32_t column) const noexcept {
    return tile_of_column_[column];
  }

  std::uint32_t tiles_across() const noexcept {
    return tiles_across_;
  }

  /// Returns the mean of all windows, ppm.
  std::uint32_t mean_ppm() const;

  /// Returns the mean of the worst tile, ppm.
  std::uint32_t worst_ppm() const;

private:
  struct tile {
    double sum = 0;
    std::uint32_t count = 0;
  };

  std::uint32_t tiles_across_ = 0;
  std::vector<std::uint32_t> tile_of_column_;
  std::vector<std::uint32_t> tile_of_row_;
  std::vector<tile> tiles_;
};

} // namespace pixmill::imaging
