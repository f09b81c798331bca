#pragma once

#include "cli/terminal.hpp"
#include "cli/webhook_options.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

/// Prints the secrets that webhooks are signed with, the newest first; makes
/// one if there is none, or, when it is to rotate them, puts one in front.
/// @returns The exit code of the process.
int webhook_secret_verb(const webhook_secret_options& options,
                        const config::settings& settings, const terminal& to);

} // namespace pixmill::cli
