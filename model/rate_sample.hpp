#pragma once

#include <cstdint>

#include "model/job.hpp"

namespace pixmill {

/// What a service did in some stretch of time.
struct rate_sample {
  std::int64_t began_s = 0;     ///< Seconds since 1970.
  std::uint64_t covered_ms = 0; ///< For how long of it the service ran.
  std::uint64_t images = 0;     ///< That were settled.
  std::uint64_t bytes_in = 0;   ///< Of their sources.
  std::uint64_t bytes_out = 0;
  std::uint64_t failures = 0;
  std::uint64_t cpu_us = 0; ///< Of all threads.

  bool operator==(const rate_sample&) const = default;

  /// Counts another in; when it began stays.
  void add(const rate_sample& x) noexcept {
    covered_ms += x.covered_ms;
    images += x.images;
    bytes_in += x.bytes_in;
    bytes_out += x.bytes_out;
    failures += x.failures;
    cpu_us += x.cpu_us;
  }
};

} // namespace pixmill
