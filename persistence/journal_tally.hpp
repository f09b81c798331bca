#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "model/outcome.hpp"
#include "telemetry/metrics.hpp"

namespace pixmill::persistence {

/// Sums over all outcomes since a journal was opened.
struct journal_totals {
  std::uint64_t images = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t failures = 0;
};

/// What a journal has written since it was opened. One thread counts, any may
/// read.
class journal_tally {
public:
  /// Counts an outcome that was made durable.
  void count(const outcome& x) noexcept;

  /// Counts a batch of outcomes.
  void count_batch(std::chrono::nanoseconds took) noexcept {
    batches_.count(took);
  }

  /// Says whether the journal waits for the disk.
  void set_latched(bool latched) noexcept {
    latched_.store(latched, std::memory_order_relaxed);
  }

  bool latched() const noexcept {
    return latched_.load(std::memory_order_relaxed);
  }

  journal_totals totals() const noexcept;

  void add_to(telemetry::metric_page& page) const;

private:
  using counter = std::atomic<std::uint64_t>;

  // The statuses that have a count of their own.
  static constexpr std::uint16_t first_status = 400;
  static constexpr std::uint16_t last_status = 599;

  std::array<counter, 9> states_{};  ///< By `item_state`.
  std::array<counter, 256> codes_{}; ///< By `errc`, but for `http_status`.
  std::array<counter, last_status - first_status + 1> statuses_{};
  counter other_statuses_{0};
  counter bytes_in_{0};
  counter bytes_out_{0};
  telemetry::latency_histogram batches_;
  std::atomic<bool> latched_{false};
};

} // namespace pixmill::persistence
