#pragma once

#include <cstdint>
#include <string>

#include "cli/sheet_options.hpp"
#include "cli/terminal.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

/// What the command line says about `pixmill run`. Texts are as they were
/// typed; empty: not given.
struct run_options : sheet_options {
  std::string out = "out"; ///< Folder of results, images and journal.
  std::string target;      ///< As `parse_target` reads it.
  std::string floor;       ///< SSIM, 0 to 1.
  std::string format;
  std::uint32_t max_edge = 0; ///< Pixels; 0: leave the size alone.
  bool report_full = false;
  bool csv_safe = false;
  bool json = false;
  bool retry_failed = false;
  std::string name;
  std::string max_failure_ratio; ///< 0 to 1, or a percentage.
  std::string deadline;          ///< As `parse_duration` reads it.
};

/// Runs one CSV from beginning to end; resumes when it was begun before.
/// @returns The exit code of the process.
/// @param program Path of the `pixmill` binary, to start codec processes.
int run(const run_options& options, const config::settings& settings,
        const std::string& program, const terminal& to);

} // namespace pixmill::cli
