#include "imaging/jpeg_weights.hpp"

#include <algorithm>
#include <cmath>

namespace pixmill::imaging {

namespace {

// Chosen on 24 pictures of the corpus at half the bytes, so that SSIMULACRA 2,
// Butteraugli and SSIM of luma are at least mozjpeg's.

/// How fast the tolerance of errors rises with the frequency.
constexpr double luma_slope = 0.25;
constexpr double chroma_slope = 0.33;
constexpr double power = 0.8;

/// Errors of DC are steps between blocks.
constexpr double dc_tolerance = 0.5;

/// By how often chroma is sampled for each two samples of luma in a direction:
/// eyes see it as coarse as if that were once.
struct chroma_density {
  double across = 1;
  double down = 1;
};

/// The tolerance at one place of a block; 1 for a mean.
double tolerance(std::size_t at, double slope, const chroma_density& density) {
  const auto column = at % 8;
  const auto row = at / 8;
  auto frequency = std::hypot(static_cast<double>(column) * density.across,
                              static_cast<double>(row) * density.down);
  return std::exp(slope * std::pow(frequency, power));
}

chroma_density density_of(const jpeg_component& chroma,
                          const jpeg_component& luma) {
  return {2.0 * chroma.across / luma.across, 2.0 * chroma.down / luma.down};
}

error_weights luma_weights() {
  error_weights weights{};
  for (std::size_t i = 0; i < 64; ++i) {
    auto tolerated = tolerance(natural_order[i], luma_slope, {})
                     * (i == 0 ? dc_tolerance : 1.0);
    weights[i] = static_cast<float>(1 / (tolerated * tolerated));
  }
  return weights;
}

error_weights chroma_weights(const chroma_density& density) {
  error_weights weights{};
  // An error of one sample of four shows a quarter as much; fewer samples than
  // one of four are all the same.
  auto scale = std::max(std::sqrt(density.across * density.down), 1.0);
  for (std::size_t i = 0; i < 64; ++i) {
    auto tolerated = tolerance(natural_order[i], chroma_slope, density) * scale
                     * (i == 0 ? dc_tolerance : 1.0);
    weights[i] = static_cast<float>(1 / (tolerated * tolerated));
  }
  return weights;
}

} // namespace

std::vector<error_weights> weights_for(const jpeg_tokens& picture) {
  std::vector<error_weights> result;
  for (auto& component : picture.components)
    result.push_back(component.chroma ? chroma_weights(
                       density_of(component, picture.components[0]))
                                      : luma_weights());
  return result;
}

} // namespace pixmill::imaging
