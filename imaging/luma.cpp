#include "imaging/luma.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "imaging/vectorize.hpp"

namespace pixmill::imaging {

namespace {

constexpr double stabilizer(double k) {
  return k * 255 * k * 255;
}

/// Sums over the blocks of 4 x 4 pixels along a strip of 4 rows. Four blocks
/// make a window.
struct strip_sums {
  explicit strip_sums(std::size_t blocks)
      : left(blocks), right(blocks), squares(blocks), products(blocks) {}

  std::vector<std::int32_t> left;
  std::vector<std::int32_t> right;
  std::vector<std::int32_t> squares; ///< Of both sides.
  std::vector<std::int32_t> products;
};

/// Two planes, where a strip begins.
struct plane_rows {
  const std::uint8_t* left;
  const std::uint8_t* right;
  std::size_t left_stride;
  std::size_t right_stride;
};

PIXMILL_VECTORIZE
void sum_strip(const plane_rows& rows, std::size_t blocks,
               std::int32_t* columns, strip_sums& sums) {
  const auto width = blocks * 4;
  auto* lefts = columns;
  auto* rights = columns + width;
  auto* squares = columns + 2 * width;
  auto* products = columns + 3 * width;
  const auto* a = rows.left;
  const auto* b = rows.right;
  const auto as = rows.left_stride;
  const auto bs = rows.right_stride;
  for (std::size_t x = 0; x < width; ++x) {
    std::int32_t a0 = a[x], a1 = a[x + as], a2 = a[x + 2 * as],
                 a3 = a[x + 3 * as];
    std::int32_t b0 = b[x], b1 = b[x + bs], b2 = b[x + 2 * bs],
                 b3 = b[x + 3 * bs];
    lefts[x] = a0 + a1 + a2 + a3;
    rights[x] = b0 + b1 + b2 + b3;
    squares[x] = a0 * a0 + a1 * a1 + a2 * a2 + a3 * a3 + b0 * b0 + b1 * b1
                 + b2 * b2 + b3 * b3;
    products[x] = a0 * b0 + a1 * b1 + a2 * b2 + a3 * b3;
  }
  auto fold = [blocks](const std::int32_t* from, std::int32_t* to) {
    for (std::size_t i = 0; i < blocks; ++i)
      to[i] = from[4 * i] + from[4 * i + 1] + from[4 * i + 2] + from[4 * i + 3];
  };
  fold(lefts, sums.left.data());
  fold(rights, sums.right.data());
  fold(squares, sums.squares.data());
  fold(products, sums.products.data());
}

/// The SSIM of each window of the 64 pixels in two strips. Sums of 64 pixels
/// and their squares stay below 2^31; variances are unbiased, as the reference
/// implementations have them.
PIXMILL_VECTORIZE
void window_ssims(const strip_sums& above, const strip_sums& below,
                  std::size_t windows, float* out) {
  constexpr auto c1 = static_cast<float>(stabilizer(0.01) * 64 * 64);
  constexpr auto c2 = static_cast<float>(stabilizer(0.03) * 64 * 63);
  auto window = [](const std::int32_t* up, const std::int32_t* down,
                   std::size_t x) {
    return up[x] + up[x + 1] + down[x] + down[x + 1];
  };
  const auto* left_up = above.left.data();
  const auto* left_down = below.left.data();
  const auto* right_up = above.right.data();
  const auto* right_down = below.right.data();
  const auto* squares_up = above.squares.data();
  const auto* squares_down = below.squares.data();
  const auto* products_up = above.products.data();
  const auto* products_down = below.products.data();
  for (std::size_t x = 0; x < windows; ++x) {
    auto left = window(left_up, left_down, x);
    auto right = window(right_up, right_down, x);
    auto means = left * right;
    auto mean_squares = left * left + right * right;
    auto variances = window(squares_up, squares_down, x) * 64 - mean_squares;
    auto covariance = window(products_up, products_down, x) * 64 - means;
    out[x] = (2 * static_cast<float>(means) + c1)
             * (2 * static_cast<float>(covariance) + c2)
             / ((static_cast<float>(mean_squares) + c1)
                * (static_cast<float>(variances) + c2));
  }
}

std::uint32_t to_ppm(double ssim) {
  return static_cast<std::uint32_t>(
    std::lround(std::clamp(ssim, 0.0, 1.0) * 1e6));
}

std::uint32_t whole_plane_ssim(const luma_plane& left,
                               const luma_plane& right) {
  double sum_left = 0, sum_right = 0, squares = 0, products = 0;
  for (std::size_t y = 0; y < left.height; ++y)
    for (std::size_t x = 0; x < left.width; ++x) {
      double a = left.samples[y * left.stride + x];
      double b = right.samples[y * right.stride + x];
      sum_left += a;
      sum_right += b;
      squares += a * a + b * b;
      products += a * b;
    }
  double count = static_cast<double>(left.width) * left.height;
  double means = sum_left * sum_right / count / count;
  double mean_squares =
    (sum_left * sum_left + sum_right * sum_right) / count / count;
  return to_ppm((2 * means + stabilizer(0.01))
                * (2 * (products / count - means) + stabilizer(0.03))
                / ((mean_squares + stabilizer(0.01))
                   * (squares / count - mean_squares + stabilizer(0.03))));
}

} // namespace

std::uint32_t ssim_ppm(const luma_plane& left, const luma_plane& right) {
  if (left.width != right.width || left.height != right.height
      || left.width == 0 || left.height == 0)
    return 0;
  if (left.width < 8 || left.height < 8)
    return whole_plane_ssim(left, right);
  const std::size_t across = left.width / 4;
  const std::size_t down = left.height / 4;
  std::vector<std::int32_t> columns(across * 4 * 4);
  std::array<strip_sums, 2> strips{strip_sums(across), strip_sums(across)};
  std::vector<float> windows(across - 1);
  double total = 0;
  for (std::size_t y = 0; y < down; ++y) {
    sum_strip({left.samples.data() + y * 4 * left.stride,
               right.samples.data() + y * 4 * right.stride, left.stride,
               right.stride},
              across, columns.data(), strips[y & 1]);
    if (y == 0)
      continue;
    window_ssims(strips[(y & 1) ^ 1], strips[y & 1], across - 1,
                 windows.data());
    for (auto window : windows)
      total += static_cast<double>(window);
  }
  return to_ppm(total / static_cast<double>((across - 1) * (down - 1)));
}

} // namespace pixmill::imaging
