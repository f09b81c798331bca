#pragma once

#include <map>
#include <string>

#include "cli/client_options.hpp"
#include "cli/service.hpp"
#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Runs one line of the console and prints its answer.
/// @returns The exit code of the process.
int console_line(const console_options& options, service& server,
                 const terminal& to);

/// Runs the console on the terminal of this process until its user leaves.
/// @returns The exit code of the process.
int console(service_address address, const terminal& to);

} // namespace pixmill::cli
