#pragma once

#include <array>
#include <vector>

#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

/// What the square of an error costs at each zigzag position; 1 for the lowest
/// frequencies of luma.
using error_weights = std::array<float, 64>;

/// Returns the weights of each component of `picture`: eyes forgive errors of
/// high frequencies, and errors of chroma where it has more samples than they
/// see: one of four counts as many.
std::vector<error_weights> weights_for(const jpeg_tokens& picture);

} // namespace pixmill::imaging
