#include "imaging/colour_merging.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pixmill::imaging {

namespace {

/// Colours that have become one.
struct cluster {
  std::array<float, 3> mean{};
  float weight = 0;
  std::size_t nearest = 0;
  float cost = 0; ///< Of becoming one with the nearest.
};

/// Returns how visible it is when two become one.
float cost_of(const cluster& x, const cluster& y) {
  const auto red = x.mean[0] - y.mean[0];
  const auto green = x.mean[1] - y.mean[1];
  const auto blue = x.mean[2] - y.mean[2];
  const auto luma = 0.3F * red + 0.59F * green + 0.11F * blue;
  return x.weight * y.weight / (x.weight + y.weight)
         * (luma * luma + red * red + green * green + blue * blue);
}

class merger {
public:
  explicit merger(const std::vector<counted_colour>& counted) {
    for (const auto& [colour, count] : counted) {
      cluster one;
      for (std::size_t c = 0; c < 3; ++c)
        one.mean[c] = colour[c];
      one.weight = static_cast<float>(std::max(count, 1u));
      clusters_.push_back(one);
    }
    for (std::size_t i = 0; i < clusters_.size(); ++i)
      find_nearest(i);
  }

  void merge_down_to(std::size_t most) {
    while (clusters_.size() > most)
      merge_cheapest();
  }

  std::vector<counted_colour> colours() const {
    std::vector<counted_colour> out;
    for (const auto& one : clusters_) {
      counted_colour colour{{0, 0, 0, 255}, static_cast<unsigned>(one.weight)};
      for (std::size_t c = 0; c < 3; ++c)
        colour.colour[c] = static_cast<std::uint8_t>(
          std::clamp(std::lround(one.mean[c]), 0L, 255L));
      out.push_back(colour);
    }
    return out;
  }

private:
  void find_nearest(std::size_t i) {
    auto& one = clusters_[i];
    one.cost = std::numeric_limits<float>::max();
    for (std::size_t j = 0; j < clusters_.size(); ++j)
      if (j != i)
        offer(one, j);
  }

  void offer(cluster& one, std::size_t j) {
    const auto cost = cost_of(one, clusters_[j]);
    if (cost < one.cost) {
      one.cost = cost;
      one.nearest = j;
    }
  }

  void merge_cheapest() {
    const auto cheapest = std::min_element(
      clusters_.begin(), clusters_.end(),
      [](const cluster& x, const cluster& y) { return x.cost < y.cost; });
    auto i = static_cast<std::size_t>(cheapest - clusters_.begin());
    auto j = cheapest->nearest;
    if (j < i)
      std::swap(i, j);
    auto& kept = clusters_[i];
    const auto& gone = clusters_[j];
    for (std::size_t c = 0; c < 3; ++c)
      kept.mean[c] = (kept.mean[c] * kept.weight + gone.mean[c] * gone.weight)
                     / (kept.weight + gone.weight);
    kept.weight += gone.weight;
    // The last one takes the place that is free.
    const auto last = clusters_.size() - 1;
    clusters_[j] = clusters_[last];
    clusters_.pop_back();
    find_nearest(i);
    for (std::size_t m = 0; m < clusters_.size(); ++m) {
      auto& one = clusters_[m];
      if (m == i)
        continue;
      if (one.nearest == i || one.nearest == j)
        find_nearest(m);
      else {
        if (one.nearest == last)
          one.nearest = j;
        offer(one, i);
      }
    }
  }

  std::vector<cluster> clusters_;
};

} // namespace

std::vector<counted_colour>
merge_colours(const std::vector<counted_colour>& counted, std::size_t most) {
  merger all(counted);
  all.merge_down_to(std::max<std::size_t>(most, 1));
  return all.colours();
}

} // namespace pixmill::imaging
