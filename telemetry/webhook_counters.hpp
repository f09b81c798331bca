#pragma once

#include <atomic>
#include <cstdint>

namespace pixmill::telemetry {

class metric_page;

/// What has become of webhooks since the process has started. Written by the
/// NOTIFIER, read by anyone.
struct webhook_counters {
  /// Returns those of the process.
  static webhook_counters& instance() noexcept {
    static webhook_counters counters;
    return counters;
  }

  std::atomic<std::uint64_t> attempts{0};
  std::atomic<std::uint64_t> failed_attempts{0};
  std::atomic<std::uint64_t> delivered{0}; ///< Events.
  std::atomic<std::uint64_t> given_up{0};  ///< Events whose schedule is over.
  std::atomic<std::uint64_t> disabled{0};  ///< Events that nobody wants.
  std::atomic<std::uint64_t> pending{0};   ///< Events that are not settled now.
  std::atomic<std::uint64_t> under_way{0}; ///< Requests now.
};

/// Adds them to what a scrape is answered with.
void add_webhook_metrics(metric_page& page);

} // namespace pixmill::telemetry
