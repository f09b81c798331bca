#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pixmill::actors {

/// Section `[jobs]`: how much is under way at once, and for how long.
struct job_settings {
  /// Jobs that run at once; further ones wait as `queued`.
  std::uint32_t max_running = 16;
  /// Accepted jobs that wait; above it submissions are refused.
  std::uint32_t max_queued = 1'000;
  /// Of these, jobs of one tenant; 0: no limit of its own.
  std::uint32_t max_queued_per_tenant = 0;
  /// Images under way on this node; 0: 16 for each core.
  std::uint32_t slots = 0;
  /// Rows that a job reads ahead of those handed out.
  std::uint32_t rows_ahead = 64;
  /// Most slots of one row handed out at once.
  std::uint32_t slice = 16;
  /// One image from its first attempt to its last, pauses included.
  std::chrono::milliseconds item_timeout{180'000};
  /// A pause up to this long is waited out on the node; a longer one goes back
  /// to the job, so that no lease waits.
  std::chrono::milliseconds short_pause{2'000};
  /// A node that reports nothing for this long has lost its leases.
  std::chrono::milliseconds lease_timeout{10'000};
  /// With nothing left to hand out, what one node has had for this long goes to
  /// another as well; the first outcome counts.
  std::chrono::milliseconds straggler_after{5'000};
  /// Lowest luma SSIM for outputs that must hit a number of bytes, in ppm,
  /// where the job names no floor; 0: none.
  std::uint32_t default_floor_ssim_ppm = 0;
  /// A settled job is erased this long after its end, with its files; zero:
  /// never.
  std::chrono::seconds keep{0};
  /// This node's name in reports; empty: the host's name.
  std::string node_name;
};

/// Section `[webhook]`, what concerns the deliveries.
struct notifier_settings {
  /// The pause before each attempt, such as `5s`, `5min` or `2h`; as many
  /// attempts as there are pauses.
  std::vector<std::string> schedule{"0s", "5s",  "5min", "30min", "2h",
                                    "5h", "10h", "14h",  "20h",   "24h"};
  /// Each pause is so much shorter or longer, at random.
  std::uint32_t jitter_percent = 20;
  /// A Retry-After beyond this counts as this.
  std::chrono::seconds longest_retry_after{86'400};
  /// Events under way at once.
  std::uint32_t max_deliveries = 32;
  /// Events under way at once to one receiver (scheme, host and port).
  std::uint32_t per_receiver = 4;
  /// A full payload has no rows when they take more bytes than this.
  std::uint32_t max_rows_bytes = 256'000;
};

/// Returns the pause that `text` says: a whole number and `ms`, `s`, `min` or
/// `h`, at most 30 days.
std::optional<std::chrono::milliseconds> parse_pause(std::string_view text);

/// Section `[scheduler]`: CAF's own, restated because its defaults starve.
struct scheduler_settings {
  std::uint32_t max_threads = 2;
  /// Messages that one actor handles before another gets its turn.
  std::uint32_t max_throughput = 100;
};

} // namespace pixmill::actors
