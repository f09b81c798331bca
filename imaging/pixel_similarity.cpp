#include "imaging/pixel_similarity.hpp"

#include <algorithm>

#include "imaging/vectorize.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pixmill::imaging {

namespace {

/// Sums over the pixels of one window.
struct window_sums {
  std::int32_t left = 0;
  std::int32_t right = 0;
  std::int32_t squares = 0; ///< Of both sides.
  std::int32_t products = 0;
};

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

/// Sums of a whole window, 8 x 8.
#if defined(__SSE2__)
window_sums sum_window(const std::uint8_t* left, const std::uint8_t* right,
                       std::size_t stride) {
  const auto zero = _mm_setzero_si128();
  const auto two_rows = [stride](const std::uint8_t* from) {
    return _mm_unpacklo_epi64(
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)),
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + stride)));
  };
  auto lefts = zero;
  auto rights = zero;
  auto squares = zero;
  auto products = zero;
  for (std::size_t y = 0; y < 8; y += 2) {
    const auto a = two_rows(left + y * stride);
    const auto b = two_rows(right + y * stride);
    lefts = _mm_add_epi32(lefts, _mm_sad_epu8(a, zero));
    rights = _mm_add_epi32(rights, _mm_sad_epu8(b, zero));
    const auto a1 = _mm_unpacklo_epi8(a, zero);
    const auto a2 = _mm_unpackhi_epi8(a, zero);
    const auto b1 = _mm_unpacklo_epi8(b, zero);
    const auto b2 = _mm_unpackhi_epi8(b, zero);
    const auto as =
      _mm_add_epi32(_mm_madd_epi16(a1, a1), _mm_madd_epi16(a2, a2));
    const auto bs =
      _mm_add_epi32(_mm_madd_epi16(b1, b1), _mm_madd_epi16(b2, b2));
    squares = _mm_add_epi32(squares, _mm_add_epi32(as, bs));
    products = _mm_add_epi32(
      products, _mm_add_epi32(_mm_madd_epi16(a1, b1), _mm_madd_epi16(a2, b2)));
  }
  const auto total = [](__m128i sums) {
    sums = _mm_add_epi32(sums, _mm_unpackhi_epi64(sums, sums));
    sums = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 1));
    return _mm_cvtsi128_si32(sums);
  };
  return {total(lefts), total(rights), total(squares), total(products)};
}
#else
window_sums sum_window(const std::uint8_t* left, const std::uint8_t* right,
                       std::size_t stride) {
  return sum_part(left, right, stride, window_side, window_side);
}
#endif

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

struct plane_rows {
  std::uint8_t* y;
  std::uint8_t* cb;
  std::uint8_t* cr;

  void put(std::size_t at, std::int32_t r, std::int32_t g,
           std::int32_t b) const noexcept {
    constexpr std::int32_t middle = 128 << 16;
    y[at] = to_byte(19595 * r + 38470 * g + 7471 * b);
    cb[at] = to_byte(middle - 11059 * r - 21709 * g + 32768 * b);
    cr[at] = to_byte(middle + 32768 * r - 27439 * g - 5329 * b);
  }
};

PIXMILL_VECTORIZE
void convert_rgb(const std::uint8_t* rgb, std::size_t count, plane_rows out) {
  for (std::size_t i = 0; i < count; ++i, rgb += 3)
    out.put(i, rgb[0], rgb[1], rgb[2]);
}

PIXMILL_VECTORIZE
void convert_rgba(const std::uint8_t* rgba, std::size_t count, plane_rows out) {
  for (std::size_t i = 0; i < count; ++i, rgba += 4) {
    const std::int32_t alpha = rgba[3];
    const auto white = 255 * (255 - alpha) + 127;
    out.put(i, (rgba[0] * alpha + white) / 255, (rgba[1] * alpha + white) / 255,
            (rgba[2] * alpha + white) / 255);
  }
}

} // namespace

colour_planes::colour_planes(const pixel_buffer& pixels)
    : width_(pixels.width), height_(pixels.height) {
  if (pixels.channels == 1) {
    planes_[0] = pixels.samples;
    return;
  }
  const auto count = std::size_t{width_} * height_;
  for (auto& plane : planes_)
    plane.resize(count);
  const plane_rows rows{planes_[0].data(), planes_[1].data(),
                        planes_[2].data()};
  if (pixels.channels == 3)
    convert_rgb(pixels.samples.data(), count, rows);
  else
    convert_rgba(pixels.samples.data(), count, rows);
}

colour_planes::colour_planes(const colour_planes& palette,
                             const std::vector<std::uint8_t>& numbers,
                             extent size)
    : width_(size.width), height_(size.height) {
  for (std::size_t i = 0; i < planes_.size(); ++i) {
    const auto& entries = palette.planes_[i];
    planes_[i].resize(numbers.size());
    std::transform(numbers.begin(), numbers.end(), planes_[i].begin(),
                   [&](std::uint8_t number) { return entries[number]; });
  }
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
