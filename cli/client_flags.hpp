#pragma once

#include <optional>

#include "cli/client_options.hpp"

namespace CLI {
class App;
}

namespace pixmill::cli {

/// What the parser writes to: one for each client verb.
struct client_targets {
  submit_options submit;
  status_options status;
  watch_options watch;
  results_options results;
  steer_options cancel;
  steer_options pause;
  steer_options resume;
  retry_options retry;
  list_options list;
  deliveries_options deliveries;
  replay_options replay;
  console_options console;
};

/// Adds the flags that say which server is meant, and `--json`.
void add_server_flags(CLI::App& verb, server_options& options);

/// Adds the verbs that talk to a server.
/// @param into Outlives the parsing.
void add_client_verbs(CLI::App& app, client_targets& into);

/// Returns the options of the client verb that was parsed; empty: another verb.
std::optional<client_options> selected_client_verb(const CLI::App& app,
                                                   client_targets from);

} // namespace pixmill::cli
