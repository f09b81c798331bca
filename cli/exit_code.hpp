#pragma once

#include "model/job.hpp"

namespace pixmill::cli {

/// How a process of Pixmill ends; the numbers of the public contract.
enum exit_code : int {
  exit_ok = 0,
  exit_usage = 2,
  exit_invalid_csv = 3,
  exit_with_failures = 4, ///< Finished; some of it failed.
  exit_job_failed = 5,
  exit_canceled = 6,
  exit_no_server = 7,
  exit_interrupted = 130,
};

/// Returns how a process ends that saw a job through.
/// @param state Terminal.
constexpr exit_code exit_code_of(job_state state) noexcept {
  switch (state) {
  case job_state::completed:
    return exit_ok;
  case job_state::completed_with_errors:
    return exit_with_failures;
  case job_state::canceled:
    return exit_canceled;
  default:
    return exit_job_failed;
  }
}

} // namespace pixmill::cli
