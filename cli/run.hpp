#pragma once

#include <string>

#include "cli/job_flags.hpp"
#include "cli/terminal.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

/// What the command line says about `pixmill run`.
struct run_options : job_flags {
  std::string out = "out"; ///< Folder of results, images and journal.
  bool report_full = false;
  bool csv_safe = false;
  bool json = false;
  bool retry_failed = false;
};

/// Runs one CSV from beginning to end; resumes when it was begun before.
/// @returns The exit code of the process.
/// @param program Path of the `pixmill` binary, to start codec processes.
int run(const run_options& options, const config::settings& settings,
        const std::string& program, const terminal& to);

} // namespace pixmill::cli
