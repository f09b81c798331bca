#pragma once

#include <chrono>
#include <cstdint>

#include "model/rate_sample.hpp"
#include "persistence/journal_tally.hpp"

namespace pixmill::actors {

/// Says what happened since it was asked last.
class rate_recorder {
public:
  using clock = std::chrono::steady_clock;

  /// @param tally Outlives it.
  rate_recorder(const persistence::journal_tally& tally, clock::time_point now);

  /// @param wall Seconds since 1970.
  rate_sample take(clock::time_point now, std::int64_t wall);

private:
  const persistence::journal_tally& tally_;
  clock::time_point last_;
  persistence::journal_totals before_;
  std::uint64_t cpu_before_us_;
};

} // namespace pixmill::actors
