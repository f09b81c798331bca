#include "imaging/jpeg_visibility.hpp"

#include <cmath>

namespace pixmill::imaging {

namespace {

/// Errors count as this power of this over the block's own energy.
constexpr float power = 0.4F;
constexpr float usual_energy = 20'000;

} // namespace

jpeg_visibility::values jpeg_visibility::make_table() {
  values result;
  for (std::uint32_t i = 0; i < result.size(); ++i) {
    // The middle of what shares these bits.
    auto middle = std::bit_cast<float>(i << shift | 1u << (shift - 1));
    result[i] = std::pow(usual_energy / middle, power);
  }
  return result;
}

const jpeg_visibility::values jpeg_visibility::table = make_table();

} // namespace pixmill::imaging
