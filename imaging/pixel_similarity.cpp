#include "imaging/pixel_similarity.hpp"

#include <algorithm>

#include "imaging/vectorize.hpp"

namespace pixmill::imaging {

namespace {

/// Sums over the pixels of one window.
struct window_sums {
  std::int32_t left = 0;
  std::int32_t right = 0;
  std::int32_t squares = 0; ///< Of both sides.
  std::int32_t products = 0;
};

/// Sums of a whole window, 8 x 8.
PIXMILL_VECTORIZE
window_sums sum_window(const std::uint8_t* left, const std::uint8_t* right,
                       std::size_t stride) {
  std::array<std::int32_t, 8> lefts{};
  std::array<std::int32_t, 8> rights{};
  std::array<std::int32_t, 8> squares{};
  std::array<std::int32_t, 8> products{};
  for (std::size_t y = 0; y < 8; ++y, left += stride, right += stride)
    for (std::size_t x = 0; x < 8; ++x) {
      std::int32_t a = left[x];
      std::int32_t b = right[x];
      lefts[x] += a;
      rights[x] += b;
      squares[x] += a * a + b * b;
      products[x] += a * b;
    }
  window_sums sums;
  for (std::size_t x = 0; x < 8; ++x) {
    sums.left += lefts[x];
    sums.right += rights[x];
    sums.squares += squares[x];
    sums.products += products[x];
  }
  return sums;
}

/// Sums of a window that an edge cuts.
window_sums sum_part(const std::uint8_t* left, const std::uint8_t* right,
                     std::size_t stride, std::uint32_t width,
                     std::uint32_t height) {
  window_sums sums;
  for (std::uint32_t y = 0; y < height; ++y, left += stride, right += stride)
    for (std::uint32_t x = 0; x < width; ++x) {
      std::int32_t a = left[x];
      std::int32_t b = right[x];
      sums.left += a;
      sums.right += b;
      sums.squares += a * a + b * b;
      sums.products += a * b;
    }
  return sums;
}

float similarity_of(const window_sums& sums, std::uint32_t pixels) {
  auto n = static_cast<float>(pixels);
  auto left = static_cast<float>(sums.left) / n;
  auto right = static_cast<float>(sums.right) / n;
  // Unbiased, as the reference implementations have it.
  auto freedom = std::max(n - 1, 1.0F);
  auto variances =
    static_cast<float>(sums.squares) - n * (left * left + right * right);
  auto covariance = static_cast<float>(sums.products) - n * left * right;
  return window_similarity(left, right, variances / freedom,
                           covariance / freedom);
}

struct plane_similarity {
  std::uint32_t mean = 0;
  std::uint32_t worst = 0;
};

plane_similarity compare(const std::vector<std::uint8_t>& left,
                         const std::vector<std::uint8_t>& right, extent size) {
  auto columns = (size.width + window_side - 1) / window_side;
  auto rows = (size.height + window_side - 1) / window_side;
  constexpr auto in_tile = tile_side / window_side;
  tile_sums tiles(columns, rows, in_tile, in_tile);
  for (std::uint32_t row = 0; row < rows; ++row)
    for (std::uint32_t column = 0; column < columns; ++column) {
      auto x = column * window_side;
      auto y = row * window_side;
      auto width = std::min(window_side, size.width - x);
      auto height = std::min(window_side, size.height - y);
      auto at = std::size_t{y} * size.width + x;
      bool whole = width == window_side && height == window_side;
      auto sums =
        whole ? sum_window(left.data() + at, right.data() + at, size.width)
              : sum_part(left.data() + at, right.data() + at, size.width, width,
                         height);
      tiles.add(column, row, similarity_of(sums, width * height));
    }
  return {tiles.mean_ppm(), tiles.worst_ppm()};
}

std::uint8_t to_byte(std::int32_t sum_16) {
  return static_cast<std::uint8_t>(std::clamp((sum_16 + 0x8000) >> 16, 0, 255));
}

PIXMILL_VECTORIZE
void convert_row(const std::uint8_t* rgb, std::size_t count, std::uint8_t* y,
                 std::uint8_t* cb, std::uint8_t* cr) {
  constexpr std::int32_t middle = 128 << 16;
  for (std::size_t i = 0; i < count; ++i, rgb += 3) {
    std::int32_t r = rgb[0];
    std::int32_t g = rgb[1];
    std::int32_t b = rgb[2];
    y[i] = to_byte(19595 * r + 38470 * g + 7471 * b);
    cb[i] = to_byte(middle - 11059 * r - 21709 * g + 32768 * b);
    cr[i] = to_byte(middle + 32768 * r - 27439 * g - 5329 * b);
  }
}

} // namespace

colour_planes::colour_planes(const pixel_buffer& pixels)
    : width_(pixels.width), height_(pixels.height) {
  if (pixels.channels == 1) {
    planes_[0] = pixels.samples;
    return;
  }
  auto flat = pixels.channels == 3 ? pixel_buffer{} : flattened(pixels);
  auto& rgb = pixels.channels == 3 ? pixels : flat;
  auto count = std::size_t{width_} * height_;
  for (auto& plane : planes_)
    plane.resize(count);
  convert_row(rgb.samples.data(), count, planes_[0].data(), planes_[1].data(),
              planes_[2].data());
}

similarity likeness_of(const colour_planes& left, const colour_planes& right) {
  similarity result;
  auto size = left.size();
  if (size != right.size() || size.width == 0 || size.height == 0)
    return result;
  auto luma = compare(left.plane(0), right.plane(0), size);
  result.luma_ppm = luma.mean;
  result.luma_worst_ppm = luma.worst;
  if (left.grey() || right.grey())
    return result;
  auto blue = compare(left.plane(1), right.plane(1), size);
  auto red = compare(left.plane(2), right.plane(2), size);
  result.chroma_ppm = (blue.mean + red.mean) / 2;
  result.chroma_worst_ppm = std::min(blue.worst, red.worst);
  return result;
}

} // namespace pixmill::imaging
