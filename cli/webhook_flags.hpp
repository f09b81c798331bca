#pragma once

#include <optional>
#include <variant>

#include "cli/client_options.hpp"
#include "cli/webhook_options.hpp"

namespace CLI {
class App;
}

namespace pixmill::cli {

/// What the parser writes to: one for each verb under `webhook`.
struct webhook_targets {
  webhook_verify_options verify;
  webhook_secret_options secret;
  webhook_secret_options rotate{.rotate = true};
  webhook_test_options test;
};

/// Adds `webhook` and the verbs under it.
/// @param into Outlives the parsing.
void add_webhook_verbs(CLI::App& app, webhook_targets& into);

/// Returns the options of the verb under `webhook` that was parsed; empty:
/// another verb.
std::optional<std::variant<webhook_verify_options, webhook_secret_options,
                           webhook_test_options>>
selected_webhook_verb(const CLI::App& app, webhook_targets from);

} // namespace pixmill::cli
