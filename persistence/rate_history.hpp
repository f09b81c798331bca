#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/rate_sample.hpp"

namespace pixmill::persistence {

class journal_database;

/// The main rates over time: the column family `history`. Bounded: a day in
/// steps of 10 s, a month in steps of 5 min, two years in steps of 1 h; each
/// step is a place in a ring that a later one takes over.
class rate_history {
public:
  /// A resolution, and for how long it is kept.
  struct level {
    std::int64_t step_s;
    std::int64_t steps;
  };
  static constexpr level levels[] = {
    {10, 8'640}, {300, 8'928}, {3'600, 17'520}};

  /// @param database Outlives it.
  explicit rate_history(const journal_database& database)
      : database_{database} {}

  /// Counts a sample in. Not synced: power loss takes the last seconds.
  /// One thread writes.
  caf::expected<caf::unit_t> add(const rate_sample& sample);

  /// A stretch of time in equal steps; those in which the service did not run
  /// are left out.
  struct stretch {
    std::int64_t step_s = 0;
    std::vector<rate_sample> steps; ///< Oldest first.
  };

  /// Returns what there is between two times, in about `points` steps.
  /// Thread-safe.
  /// @param from_s, to_s Seconds since 1970.
  caf::expected<stretch> read(std::int64_t from_s, std::int64_t to_s,
                              std::size_t points, std::int64_t now_s) const;

private:
  const journal_database& database_;
};

} // namespace pixmill::persistence
