#include "actors/origin_limit.hpp"

#include <algorithm>
#include <utility>

namespace pixmill::actors {
namespace {

using std::chrono::milliseconds;

// What was under way before a decrease may still be refused for so long.
constexpr milliseconds decrease_pause{2'000};

// All has to go well for so long before one more is tried.
constexpr milliseconds increase_pause{5'000};

// Fewer answers say nothing of how long they take.
constexpr std::uint32_t fewest_answers = 4;

// An answer that takes so much longer than usual is late: distance and chance
// alone do not come to that.
constexpr int late_factor = 3;
constexpr milliseconds late_by{250};

} // namespace

origin_limit::origin_limit(std::uint32_t most)
    : most_{std::max(most, 1u)}, value_{most_} {}

void origin_limit::learn(const news& what, time_point now) {
  if (!std::exchange(began_, true))
    decreased_ = increased_ = now - decrease_pause;
  if (what.refused > 0 || is_slower(what)) {
    decrease(now);
  } else if (what.answered > 0 && what.busy && value_ < most_
             && now - std::max(increased_, decreased_) >= increase_pause) {
    ++value_;
    increased_ = now;
  }
}

void origin_limit::decrease(time_point now) {
  if (now - decreased_ < decrease_pause)
    return;
  value_ = std::max(value_ / 2, 1u);
  decreased_ = now;
}

bool origin_limit::is_slower(const news& what) {
  if (what.answered < fewest_answers)
    return false;
  const auto took = what.waited / what.answered;
  if (usual_ == milliseconds{0} || took < usual_) {
    usual_ = std::max(took, milliseconds{1});
    return false;
  }
  const bool late = took > usual_ * late_factor + late_by;
  // What stays slow with the least load is slow by itself.
  if (!late || value_ == 1)
    usual_ += (took - usual_) / 16;
  return late;
}

} // namespace pixmill::actors
