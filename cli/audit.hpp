#pragma once

#include "cli/command_line.hpp"
#include "cli/terminal.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

/// Writes one HTML page that shows the worst results of a job beside their
/// sources, worst first, and what the report says of all others.
///
/// The page holds its pictures and asks nothing of the network. Sources are
/// fetched again under the rules of `[fetch]`; one that cannot be had is said
/// to be missing, with the reason.
///
/// @param program Path of the `pixmill` binary, for its codec processes.
/// @returns The exit code of the process.
int audit(const audit_options& options, const config::settings& settings,
          const std::string& program, const terminal& to);

} // namespace pixmill::cli
