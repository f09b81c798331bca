#include "imaging/gif_tolerance.hpp"

#include <algorithm>
#include <cmath>

#include "imaging/gif_frames.hpp"

namespace pixmill::imaging {

namespace {

/// What a variance of luma allows, as a factor: this one is 1, what is
/// busier hides no more, and what is quite flat counts as so much.
constexpr float usual_activity = 400;
constexpr float flat_activity = 30;

constexpr float least = 0.05F;
constexpr float most = 1;

/// More is no longer the same picture.
constexpr float greatest_limit = 4000;

/// Steps of a factor from the least to the most.
constexpr int steps = 16;

/// Returns the variance of luma in one block.
float activity(const pixel_buffer& shown, std::uint32_t left,
               std::uint32_t top) {
  const auto right = std::min(left + gif_tolerance::side, shown.width);
  const auto bottom = std::min(top + gif_tolerance::side, shown.height);
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  for (auto y = top; y < bottom; ++y) {
    const auto* pixel = shown.row(y) + 4 * std::size_t{left};
    for (auto x = left; x < right; ++x, pixel += 4) {
      // Nothing is white.
      const auto luma =
        pixel[3] < least_seen_alpha
          ? 255
          : (77 * pixel[0] + 150 * pixel[1] + 29 * pixel[2]) >> 8;
      sum += luma;
      squares += luma * luma;
    }
  }
  const auto count = static_cast<float>((right - left) * (bottom - top));
  const auto mean = static_cast<float>(sum) / count;
  return static_cast<float>(squares) / count - mean * mean;
}

/// Returns less than a step. Without it, whole pictures whose colours differ by
/// the same would change at once, and no loss would fill a number of bytes.
float unevenness(std::uint32_t column, std::uint32_t row) {
  return static_cast<float>((column * 5 + row * 3) % 8) / 4 - 0.875F;
}

} // namespace

gif_tolerance::gif_tolerance(const pixel_buffer& shown, unsigned loss)
    : across_((shown.width + side - 1) / side) {
  const auto range = std::log(most / least);
  for (int i = 0; i <= steps; ++i)
    limits_.push_back(
      std::min(static_cast<float>(10 * loss) * least
                 * std::exp(range * static_cast<float>(i) / steps),
               greatest_limit));
  const auto down = (shown.height + side - 1) / side;
  classes_.reserve(std::size_t{across_} * down);
  for (std::uint32_t y = 0; y < down; ++y)
    for (std::uint32_t x = 0; x < across_; ++x) {
      const auto factor =
        (activity(shown, x * side, y * side) + flat_activity) / usual_activity;
      const auto at = std::log(factor / least) / range * steps;
      classes_.push_back(static_cast<std::uint8_t>(
        std::clamp(std::lround(at + unevenness(x, y)), 0L, long{steps})));
    }
}

} // namespace pixmill::imaging
