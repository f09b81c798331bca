#pragma once

#include "cli/terminal.hpp"
#include "cli/webhook_options.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

/// Judges a webhook that was captured, and says why it is not genuine.
/// @returns The exit code of the process: 4 when it is not.
int webhook_verify(const webhook_verify_options& options,
                   const config::settings& settings, const terminal& to);

} // namespace pixmill::cli
