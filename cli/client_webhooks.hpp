#pragma once

#include "cli/client_options.hpp"
#include "cli/service.hpp"
#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Prints the events of a job as a table; with `json` each page of them.
/// @returns The exit code of the process.
int deliveries(const deliveries_options& options, service& server,
               const terminal& to);

/// Has an event delivered once more.
/// @returns The exit code of the process.
int replay(const replay_options& options, service& server, const terminal& to);

/// Has a receiver tried.
/// @returns The exit code of the process: 4 when it did not take the test.
int webhook_test(const webhook_test_options& options, service& server,
                 const terminal& to);

} // namespace pixmill::cli
