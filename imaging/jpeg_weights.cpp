#include "imaging/jpeg_weights.hpp"

#include <cmath>

namespace pixmill::imaging {

namespace {

// Chosen on a quarter of the corpus for the likeness that SSIMULACRA 2 sees at
// half the bytes.

/// How fast the tolerance of errors rises with the frequency.
constexpr double slope = 0.12;
constexpr double power = 1.44;

/// Errors of DC are steps between blocks.
constexpr double dc_tolerance = 0.5;

/// Chroma at half the resolution in both directions: each error shows four
/// times.
constexpr double chroma_tolerance = 0.75;
/// By how much more chroma tolerates at full resolution.
constexpr double full_chroma_tolerance = 1.6;

/// The tolerance at one place of a block; 1 for the lowest frequencies.
double tolerance(std::size_t at) {
  auto frequency =
    std::hypot(static_cast<double>(at % 8), static_cast<double>(at / 8));
  return std::exp(slope * std::pow(frequency, power));
}

double chroma_scale(const jpeg_component& chroma, const jpeg_component& luma) {
  auto share = static_cast<double>(chroma.across * chroma.down)
               / (luma.across * luma.down);
  if (share <= 0.25)
    return chroma_tolerance;
  return chroma_tolerance
         * (share <= 0.5 ? std::sqrt(full_chroma_tolerance)
                         : full_chroma_tolerance);
}

} // namespace

std::vector<error_weights> weights_for(const jpeg_tokens& picture) {
  std::vector<error_weights> result;
  for (auto& component : picture.components) {
    auto scale =
      component.chroma ? chroma_scale(component, picture.components[0]) : 1.0;
    error_weights weights{};
    for (std::size_t i = 0; i < 64; ++i) {
      auto tolerated =
        tolerance(natural_order[i]) * scale * (i == 0 ? dc_tolerance : 1.0);
      weights[i] = static_cast<float>(1 / (tolerated * tolerated));
    }
    result.push_back(weights);
  }
  return result;
}

} // namespace pixmill::imaging
