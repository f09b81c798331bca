#include "imaging/rate_search.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace pixmill::imaging {

namespace {

/// Below this every format falls to pieces; asking for less is answered with
/// this and a missed target.
constexpr int lowest_quality = 5;

/// A result that fills the budget to this share ends the search: the next
/// integer quality would seldom fit.
constexpr double well_filled = 0.99;

struct sample {
  int quality;
  double log_scale;
  double log_bytes;
};

class search {
public:
  search(quality_encoder& encoder, const rate_request& request)
      : encoder_(encoder), request_(request), low_(lowest_quality - 1),
        high_(std::max(request.highest, lowest_quality) + 1) {}

  caf::error run() {
    auto share =
      static_cast<double>(request_.budget)
      / static_cast<double>(std::max<std::size_t>(request_.source_bytes, 1));
    auto quality = encoder_.guess(share);
    while (high_ - low_ > 1) {
      quality = std::clamp(quality, low_ + 1, high_ - 1);
      auto bytes = encoder_.encode(quality);
      if (!bytes)
        return std::move(bytes.error());
      auto size = bytes->size();
      remember(quality, size);
      if (size > request_.budget) {
        high_ = quality;
        smallest_ = {std::move(*bytes), quality};
      } else {
        low_ = quality;
        best_ = {std::move(*bytes), quality};
        if (static_cast<double>(size)
            >= well_filled * static_cast<double>(request_.budget))
          break;
      }
      quality = next();
    }
    return {};
  }

  /// The best that fits, else the smallest that was seen.
  rate_result result() && {
    rate_result found;
    found.missed = !best_;
    auto& chosen = best_ ? *best_ : *smallest_;
    found.bytes = std::move(chosen.first);
    found.quality = chosen.second;
    return found;
  }

private:
  using encoding = std::pair<std::string, int>;

  void remember(int quality, std::size_t bytes) {
    previous_ =
      std::exchange(last_, sample{quality, std::log(quantizer_scale(quality)),
                                  std::log(static_cast<double>(bytes))});
    ++tries_;
  }

  int next() const {
    // Interpolation that creeps up from one side gives way to bisection.
    if (tries_ > 6)
      return (low_ + high_) / 2;
    constexpr double usual_slope = -0.6;
    auto slope = usual_slope;
    if (tries_ > 1 && last_.quality != previous_.quality
        && last_.log_scale != previous_.log_scale)
      slope = (last_.log_bytes - previous_.log_bytes)
              / (last_.log_scale - previous_.log_scale);
    slope = std::clamp(slope, -1.5, -0.2);
    // Aims a little below, because above is of no use.
    auto target = std::log(static_cast<double>(request_.budget)) - 0.004;
    auto scale = std::exp(last_.log_scale + (target - last_.log_bytes) / slope);
    auto quality = quality_for_scale(scale);
    if (quality <= low_)
      return low_ + 1;
    return quality >= high_ ? high_ - 1 : quality;
  }

  quality_encoder& encoder_;
  const rate_request& request_;
  int low_;  ///< Fits, or below all.
  int high_; ///< Does not fit, or above all.
  int tries_ = 0;
  sample last_{};
  sample previous_{};
  std::optional<encoding> best_;
  std::optional<encoding> smallest_;
};

/// Finds the smallest encoding above `found` that keeps the floor. SSIM grows
/// with the quality, but for noise.
caf::error raise_to_floor(quality_encoder& encoder, const rate_request& request,
                          rate_result& found) {
  auto below = found.quality;
  auto above = std::max(request.highest, below) + 1;
  std::optional<rate_result> kept;
  // The first step is short: the floor is seldom missed by much.
  auto quality = std::min(below + 8, above - 1);
  while (above - below > 1) {
    auto bytes = encoder.encode(quality);
    if (!bytes)
      return std::move(bytes.error());
    auto likeness = encoder.likeness(*bytes, quality);
    if (!likeness)
      return std::move(likeness.error());
    if (likeness->worst_ppm() >= request.floor_ppm) {
      above = quality;
      kept = rate_result{std::move(*bytes), quality, *likeness, true};
    } else {
      below = quality;
    }
    quality = (below + above) / 2;
  }
  found.missed = true;
  if (kept)
    found = std::move(*kept);
  else
    found.bytes.clear(); // Nothing keeps the floor: the source must stay.
  return {};
}

caf::error measure(quality_encoder& encoder, const rate_request& request,
                   rate_result& found) {
  auto likeness = encoder.likeness(found.bytes, found.quality);
  if (!likeness)
    return std::move(likeness.error());
  found.likeness = *likeness;
  return likeness->worst_ppm() < request.floor_ppm
           ? raise_to_floor(encoder, request, found)
           : caf::error{};
}

} // namespace

caf::expected<rate_result> fit_levels(quality_encoder& encoder,
                                      std::span<const int> levels,
                                      const rate_request& request) {
  // The best level often fits, so it is asked first; then bisection.
  std::optional<rate_result> best;
  rate_result smallest;
  std::size_t fits = levels.size();
  std::size_t fails = 0; // Levels before this one do not fit.
  for (std::size_t at = 0; fails < fits; at = (fails + fits) / 2) {
    auto bytes = encoder.encode(levels[at]);
    if (!bytes)
      return std::move(bytes.error());
    rate_result one{std::move(*bytes), levels[at], {}, false};
    // What is too large is only measured where a floor has to be kept.
    if (one.bytes.size() <= request.budget || request.floor_ppm != 0) {
      auto likeness = encoder.likeness(one.bytes, one.quality);
      if (!likeness)
        return std::move(likeness.error());
      one.likeness = *likeness;
    }
    bool keeps_floor = one.likeness.worst_ppm() >= request.floor_ppm;
    if (one.bytes.size() <= request.budget || !keeps_floor)
      fits = at;
    else
      fails = at + 1;
    if (!keeps_floor)
      continue;
    if (one.bytes.size() <= request.budget)
      best = std::move(one);
    else if (smallest.bytes.empty() || one.bytes.size() < smallest.bytes.size())
      smallest = std::move(one);
  }
  if (best)
    return std::move(*best);
  smallest.missed = true;
  if (smallest.likeness.luma_ppm == 0 && !smallest.bytes.empty()) {
    auto likeness = encoder.likeness(smallest.bytes, smallest.quality);
    if (!likeness)
      return std::move(likeness.error());
    smallest.likeness = *likeness;
  }
  return smallest;
}

double quantizer_scale(int quality) noexcept {
  return quality < 50 ? 5000.0 / quality : std::max(200.0 - 2.0 * quality, 1.0);
}

int quality_for_scale(double scale) noexcept {
  auto quality = scale > 100 ? 5000 / scale : (200 - scale) / 2;
  return static_cast<int>(std::lround(std::clamp(quality, 1.0, 100.0)));
}

caf::expected<rate_result> fit_budget(quality_encoder& encoder,
                                      const rate_request& request) {
  search attempt(encoder, request);
  if (auto reason = attempt.run())
    return reason;
  auto found = std::move(attempt).result();
  if (auto reason = measure(encoder, request, found))
    return reason;
  return found;
}

caf::expected<rate_result> encode_at(quality_encoder& encoder, int quality,
                                     const rate_request& request) {
  auto bytes = encoder.encode(quality);
  if (!bytes)
    return std::move(bytes.error());
  rate_result found{std::move(*bytes), quality, {}, false};
  if (auto reason = measure(encoder, request, found))
    return reason;
  return found;
}

} // namespace pixmill::imaging
