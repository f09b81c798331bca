#pragma once

#include <map>
#include <string>

#include "cli/client_options.hpp"
#include "cli/service.hpp"
#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Does what a client verb asks for.
/// @param environment Of the process: `PIXMILL_URL` and `PIXMILL_TOKEN`.
/// @returns The exit code of the process.
int client(const client_options& options,
           const std::map<std::string, std::string>& environment,
           const terminal& to);

/// Does it with a server that is known already.
/// @param live Whether `to.out` is a terminal that a line can be drawn on.
int client(const client_options& options, service& server, const terminal& to,
           bool live);

} // namespace pixmill::cli
