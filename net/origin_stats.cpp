#include "net/origin_stats.hpp"

#include <algorithm>
#include <cmath>

namespace pixmill::net {
namespace {

constexpr double growth = 1.2;

} // namespace

std::size_t duration_spread::step_of(std::chrono::milliseconds took) noexcept {
  const auto ms = static_cast<double>(std::max<std::int64_t>(took.count(), 1));
  const auto step =
    static_cast<std::size_t>(std::ceil(std::log(ms) / std::log(growth)));
  return std::min(step, step_count - 1);
}

void duration_spread::count(std::chrono::milliseconds took) noexcept {
  ++counts_[step_of(took)];
  ++total_;
}

std::chrono::milliseconds duration_spread::within(double share) const noexcept {
  const auto wanted = share * static_cast<double>(total_);
  double seen = 0;
  for (std::size_t i = 0; i < step_count; ++i) {
    seen += counts_[i];
    if (counts_[i] > 0 && seen >= wanted)
      return std::chrono::milliseconds{
        std::llround(std::pow(growth, static_cast<double>(i)))};
  }
  return std::chrono::milliseconds{0};
}

void origin_stats::count(const std::string& origin,
                         std::chrono::milliseconds took, bool failed) {
  const auto known = places_.find(origin);
  if (known != places_.end()) {
    figures_.splice(figures_.begin(), figures_, known->second);
  } else {
    if (figures_.size() >= most) {
      places_.erase(figures_.back().origin);
      figures_.pop_back();
    }
    figures_.emplace_front().origin = origin;
    places_.emplace(origin, figures_.begin());
  }
  auto& which = figures_.front();
  ++which.done;
  which.errors += failed ? 1 : 0;
  which.took.count(took);
}

} // namespace pixmill::net
