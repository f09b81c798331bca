#pragma once

#include <optional>

#include "cli/token.hpp"

namespace CLI {
class App;
}

namespace pixmill::cli {

/// What the parser writes to: one for each verb below `token`.
struct token_targets {
  token_new_options made;
  token_list_options list;
  token_revoke_options revoke;
};

/// Adds `token` and the verbs below it.
/// @param into Outlives the parsing.
void add_token_verbs(CLI::App& app, token_targets& into);

/// Returns the options of the token verb that was parsed; empty: another verb.
std::optional<token_options> selected_token_verb(const CLI::App& app,
                                                 token_targets from);

} // namespace pixmill::cli
