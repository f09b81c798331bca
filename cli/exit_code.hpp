#pragma once

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

} // namespace pixmill::cli
