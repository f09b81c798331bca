#pragma once

#include "cli/command_line.hpp"
#include "cli/terminal.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

/// Prints how much two files look alike, as reports have it, and writes where
/// they differ if asked to.
///
/// Files are opened first; then the process enters the sandbox of codecs.
///
/// @returns The exit code of the process.
int compare(const compare_options& options, const config::settings& settings,
            const terminal& to);

} // namespace pixmill::cli
