#pragma once

#include <cstdint>
#include <string>

#include "cli/sheet_options.hpp"

namespace pixmill::cli {

/// What the command line says about a job, wherever it is to run. Texts are as
/// they were typed; empty: not given.
struct job_flags : sheet_options {
  std::string target; ///< As `parse_target` reads it.
  std::string floor;  ///< SSIM, 0 to 1.
  std::string format;
  std::uint32_t max_edge = 0; ///< Pixels; 0: leave the size alone.
  std::string name;
  std::string max_failure_ratio; ///< 0 to 1, or a percentage.
  std::string deadline;          ///< As `parse_duration` reads it.
};

} // namespace pixmill::cli
