#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>

#include "actors/messages.hpp"

namespace pixmill::cli {

/// How fast a job goes, from the statuses of the last seconds.
class rate_meter {
public:
  using clock = std::chrono::steady_clock;

  void note(clock::time_point now, std::uint64_t settled);

  /// Returns images a second over the last five seconds; 0: not known yet.
  double per_second() const;

private:
  struct sample {
    clock::time_point when;
    std::uint64_t settled;
  };
  std::deque<sample> samples_;
};

/// Returns one line: how far, how fast, bytes before and after, failures, and
/// how much longer. No newline.
std::string progress_line(const actors::job_status& status, double per_second);

/// Returns the closing summary of a job, several lines.
/// @param seconds How long this process worked on it.
std::string summary(const actors::job_status& status, double seconds);

/// Returns `bytes` for people: `812 B`, `48.2 kB`, `1.25 MB`.
std::string human_bytes(std::uint64_t bytes);

/// Returns `seconds` for people: `8 s`, `3 min 20 s`, `2 h 05 min`.
std::string human_time(double seconds);

} // namespace pixmill::cli
