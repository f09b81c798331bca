#pragma once

#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/terminal.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

/// How one part of the machine is.
struct finding {
  enum class grade : unsigned char { ok, warn, fail };

  std::string subject; ///< `file limit`, `codec JPEG`, …
  grade how = grade::ok;
  std::string detail; ///< What was found.
  std::string remedy; ///< What to do; empty when all is well.
};

/// Checks this machine against `settings` and prints what to do.
/// @param program Path of the `pixmill` binary, to start a codec process.
/// @returns The exit code of the process: failures, not warnings, count.
int doctor(const doctor_options& options, const config::settings& settings,
           const std::string& program, const terminal& to);

/// Writes a line of the log for each finding.
void log_findings(const std::vector<finding>& findings);

/// Prints findings and returns the exit code that they come to.
int report_findings(const std::vector<finding>& findings, bool json,
                    const terminal& to);

} // namespace pixmill::cli
