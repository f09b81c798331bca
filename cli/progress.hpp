#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "model/job.hpp"

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
/// @param total Number of slots of the job.
std::string progress_line(const job_counters& counters, std::uint64_t total,
                          double per_second);

/// What a person is told of a job, wherever it runs.
struct job_figures {
  std::string id;
  job_state state = job_state::queued;
  std::string why;   ///< With `failed`; empty: not known.
  job_totals totals; ///< `rows` and `unique` 0: not known.
  job_counters counters;
};

/// Returns the summary of a job, several lines.
/// @param seconds How long this process worked on it; empty: it did not.
std::string summary(const job_figures& job, std::optional<double> seconds);

/// Returns one line of a summary: a title of at most 11 letters and a text.
std::string summary_line(std::string_view title, std::string_view text);

/// Returns how large a job is, for people: `4 in 2 rows, 3 different`.
std::string size_of(const job_totals& totals);

/// Returns `bytes` for people: `812 B`, `48.2 kB`, `1.25 MB`.
std::string human_bytes(std::uint64_t bytes);

/// Returns `seconds` for people: `8 s`, `3 min 20 s`, `2 h 05 min`.
std::string human_time(double seconds);

} // namespace pixmill::cli
