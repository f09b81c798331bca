#pragma once

#include <string>

#include "cli/command_line.hpp"
#include "cli/terminal.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

/// Checks that each image that a results.csv names exists, is what its name
/// says (hash and format), decodes, and is not larger than its source.
///
/// Paths are relative to the results, as `run` writes them. URLs of `serve` are
/// looked up where `settings` say that its images are.
///
/// Slots without an image are counted, not complained about: why there is none
/// stands in the results.
///
/// @param program Path of the `pixmill` binary: decoding is left to codec
///                processes.
/// @returns The exit code of the process.
int verify(const verify_options& options, const config::settings& settings,
           const std::string& program, const terminal& to);

} // namespace pixmill::cli
