#pragma once

#include "cli/client_options.hpp"
#include "cli/service.hpp"
#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Shows how far a job is until it has settled, then sums it up. Rides out a
/// server that restarts; leaves the job running when interrupted.
/// @param live Whether `to.out` is a terminal that a line can be drawn on.
/// @returns The exit code of the process.
int watch(const watch_options& options, service& server, const terminal& to,
          bool live);

} // namespace pixmill::cli
