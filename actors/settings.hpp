#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace pixmill::actors {

/// Section `[jobs]`: how much is under way at once, and for how long.
struct job_settings {
  /// Jobs that run at once; further ones wait as `queued`.
  std::uint32_t max_running = 16;
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
  /// Lowest luma SSIM for outputs that must hit a number of bytes, in ppm,
  /// where the job names no floor; 0: none.
  std::uint32_t default_floor_ssim_ppm = 0;
  /// This node's name in reports; empty: the host's name.
  std::string node_name;
};

/// Section `[scheduler]`: CAF's own, restated because its defaults starve.
struct scheduler_settings {
  std::uint32_t max_threads = 2;
  /// Messages that one actor handles before another gets its turn.
  std::uint32_t max_throughput = 100;
};

} // namespace pixmill::actors
