#pragma once

#include "cli/command_line.hpp"
#include "cli/terminal.hpp"
#include "config/load.hpp"

namespace pixmill::cli {

/// Prints each setting in force and where it came from.
/// @returns The exit code of the process.
int config_show(const config_show_options& options,
                const config::loaded_settings& loaded, const terminal& to);

} // namespace pixmill::cli
