#include "imaging/animation.hpp"

#include <algorithm>

#include "imaging/pixel_similarity.hpp"

#include <algorithm>

namespace pixmill::imaging {

similarity likeness_of(const animation& original, const animation& shown) {
  similarity result;
  if (original.frames.empty() || shown.frames.empty())
    return result;
  std::uint64_t luma = 0;
  std::uint64_t chroma = 0;
  result.luma_worst_ppm = result.chroma_worst_ppm = 1'000'000;
  std::size_t at = 0;
  for (std::size_t i = 0; i < shown.frames.size(); ++i) {
    while (at + 1 < original.frames.size() && original.ends[at] < shown.ends[i])
      ++at;
    auto one = likeness_of(colour_planes(original.frames[at]),
                           colour_planes(shown.frames[i]));
    luma += one.luma_ppm;
    chroma += one.chroma_ppm;
    result.luma_worst_ppm = std::min(result.luma_worst_ppm, one.luma_worst_ppm);
    result.chroma_worst_ppm =
      std::min(result.chroma_worst_ppm, one.chroma_worst_ppm);
  }
  result.luma_ppm = static_cast<std::uint32_t>(luma / shown.frames.size());
  result.chroma_ppm = static_cast<std::uint32_t>(chroma / shown.frames.size());
  return result;
}

} // namespace pixmill::imaging
