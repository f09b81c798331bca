#pragma once

#include <chrono>
#include <cstdint>

#include "cli/progress.hpp"
#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Shows how far a job is: draws one line on a terminal, and now and then
/// writes a line elsewhere.
class progress_display {
public:
  /// @param live  Whether `to.out` is a terminal.
  /// @param quiet Whether to show nothing at all.
  progress_display(const terminal& to, bool live, bool quiet)
      : to_{to}, live_{live}, quiet_{quiet} {}

  /// @param total Number of slots of the job.
  void show(const job_counters& counters, std::uint64_t total);

  /// Takes the drawn line away.
  void close();

private:
  const terminal& to_;
  bool live_;
  bool quiet_;
  bool drawn_ = false;
  rate_meter meter_;
  std::chrono::steady_clock::time_point next_;
};

} // namespace pixmill::cli
