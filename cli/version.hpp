#pragma once

#include "cli/command_line.hpp"
#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Prints the versions of Pixmill and of the libraries it was built with.
/// @returns The exit code of the process.
int version(const version_options& options, const terminal& to);

} // namespace pixmill::cli
