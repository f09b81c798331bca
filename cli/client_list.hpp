#pragma once

#include "cli/client_options.hpp"
#include "cli/service.hpp"
#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Prints the jobs of a server as a table; with `json` each page of them.
/// @returns The exit code of the process.
int list(const list_options& options, service& server, const terminal& to);

} // namespace pixmill::cli
