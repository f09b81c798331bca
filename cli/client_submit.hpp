#pragma once

#include <string>

#include <caf/expected.hpp>

#include "cli/client_options.hpp"
#include "cli/service.hpp"
#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Returns those job options that were given, as the JSON of the contract; the
/// server's defaults hold for the rest.
/// @retval errc::option_invalid Names the flag, or the option, and what is
///         allowed.
caf::expected<std::string> given_options(const submit_options& options);

/// Sends a sheet and says how to follow the job; with `wait` follows it.
/// @param live Whether `to.out` is a terminal that a line can be drawn on.
/// @returns The exit code of the process.
int submit(const submit_options& options, service& server, const terminal& to,
           bool live);

} // namespace pixmill::cli
