#include "imaging/animation.hpp"

#include <algorithm>

namespace pixmill::imaging {

std::uint32_t ssim_ppm(const animation& original, const animation& shown) {
  if (original.frames.empty() || shown.frames.empty())
    return 0;
  std::uint64_t sum = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < shown.frames.size(); ++i) {
    while (at + 1 < original.frames.size() && original.ends[at] < shown.ends[i])
      ++at;
    sum += ssim_ppm(luma_of(original.frames[at]), luma_of(shown.frames[i]));
  }
  return static_cast<std::uint32_t>(sum / shown.frames.size());
}

} // namespace pixmill::imaging
