#include <algorithm>
#include <cmath>
#include <numbers>

#include "imaging/pixels.hpp"
#include "imaging/vectorize.hpp"

namespace pixmill::imaging {

namespace {

constexpr double lobes = 3;

double lanczos(double x) {
  x = std::abs(x);
  if (x < 1e-8)
    return 1;
  if (x >= lobes)
    return 0;
  auto angle = x * std::numbers::pi;
  return lobes * std::sin(angle) * std::sin(angle / lobes) / (angle * angle);
}

/// Which source samples make up one target sample, and how much each counts.
struct kernel {
  std::size_t first;
  std::vector<float> weights;
};

std::vector<kernel> kernels(std::uint32_t from, std::uint32_t to) {
  std::vector<kernel> result(to);
  auto ratio = static_cast<double>(from) / to;
  auto stretch = std::max(ratio, 1.0);
  for (std::uint32_t i = 0; i < to; ++i) {
    auto center = (i + 0.5) * ratio;
    auto begin = static_cast<std::size_t>(
      std::max(0.0, std::floor(center - lobes * stretch)));
    auto end = static_cast<std::size_t>(
      std::min<double>(from, std::ceil(center + lobes * stretch)));
    auto& one = result[i];
    one.first = begin;
    double sum = 0;
    for (auto at = begin; at < end; ++at) {
      auto weight = lanczos((static_cast<double>(at) + 0.5 - center) / stretch);
      one.weights.push_back(static_cast<float>(weight));
      sum += weight;
    }
    for (auto& weight : one.weights)
      weight = static_cast<float>(weight / sum);
  }
  return result;
}

/// Turns a row into floats; colour is multiplied by alpha, so that what is
/// invisible does not bleed into what is seen.
PIXMILL_VECTORIZE
void load_row(const std::uint8_t* in, std::size_t count, std::size_t channels,
              float* out) {
  for (std::size_t i = 0; i < count * channels; ++i)
    out[i] = in[i];
  if (channels != 4)
    return;
  for (std::size_t i = 0; i < count * 4; i += 4)
    for (std::size_t c = 0; c < 3; ++c)
      out[i + c] *= out[i + 3] / 255;
}

PIXMILL_VECTORIZE
void add_row(const float* in, float weight, std::size_t count, float* sums) {
  for (std::size_t i = 0; i < count; ++i)
    sums[i] += in[i] * weight;
}

template <std::size_t Channels>
void shrink_row(const float* in, const std::vector<kernel>& across,
                std::uint8_t* out) {
  for (auto& one : across) {
    float sums[Channels] = {};
    auto* at = in + one.first * Channels;
    for (auto weight : one.weights) {
      for (std::size_t c = 0; c < Channels; ++c)
        sums[c] += at[c] * weight;
      at += Channels;
    }
    if constexpr (Channels == 4)
      if (sums[3] > 0)
        for (std::size_t c = 0; c < 3; ++c)
          sums[c] *= 255 / sums[3];
    for (std::size_t c = 0; c < Channels; ++c)
      *out++ =
        static_cast<std::uint8_t>(std::clamp(sums[c] + 0.5F, 0.0F, 255.0F));
  }
}

} // namespace

pixel_buffer resampled(const pixel_buffer& pixels, extent size) {
  if (size == extent{pixels.width, pixels.height})
    return pixels;
  pixel_buffer result{size.width, size.height, pixels.channels, {}};
  result.samples.resize(result.row_bytes() * size.height);
  auto across = kernels(pixels.width, size.width);
  auto down = kernels(pixels.height, size.height);
  auto count = pixels.row_bytes();
  std::size_t window = 1;
  for (auto& one : down)
    window = std::max(window, one.weights.size());
  // Rows as floats, each loaded once, kept in a ring while kernels need them.
  std::vector<float> ring(window * count);
  std::vector<float> sums(count);
  std::size_t loaded = 0;
  for (std::uint32_t y = 0; y < size.height; ++y) {
    auto& one = down[y];
    for (; loaded < one.first + one.weights.size(); ++loaded)
      load_row(pixels.row(loaded), pixels.width, pixels.channels,
               ring.data() + loaded % window * count);
    std::fill(sums.begin(), sums.end(), 0.0F);
    for (std::size_t i = 0; i < one.weights.size(); ++i)
      add_row(ring.data() + (one.first + i) % window * count, one.weights[i],
              count, sums.data());
    if (pixels.channels == 1)
      shrink_row<1>(sums.data(), across, result.row(y));
    else if (pixels.channels == 3)
      shrink_row<3>(sums.data(), across, result.row(y));
    else
      shrink_row<4>(sums.data(), across, result.row(y));
  }
  return result;
}

} // namespace pixmill::imaging
