#pragma once

#include "cli/command_line.hpp"
#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Checks a sheet and prints every problem; starts nothing.
/// @returns The exit code of the process.
int validate(const validate_options& options, const terminal& to);

} // namespace pixmill::cli
