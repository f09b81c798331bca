#pragma once

#include "cli/client_options.hpp"
#include "cli/service.hpp"
#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Downloads the results of a job to a file, which appears when it is whole,
/// or to `to.out`.
/// @param live Whether `to.out` is a terminal: it is given no archive.
/// @returns The exit code of the process.
int results(const results_options& options, service& server, const terminal& to,
            bool live);

} // namespace pixmill::cli
