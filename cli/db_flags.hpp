#pragma once

#include <optional>

#include "cli/db.hpp"

namespace CLI {
class App;
}

namespace pixmill::cli {

/// What the parser writes to: one for each verb below `db`.
struct db_targets {
  db_check_options check;
  db_backup_options backup;
  db_restore_options restore;
};

/// Adds `db` and the verbs below it.
/// @param into Outlives the parsing.
void add_db_verbs(CLI::App& app, db_targets& into);

/// Returns the options of the db verb that was parsed; empty: another verb.
std::optional<db_options> selected_db_verb(const CLI::App& app,
                                           db_targets from);

} // namespace pixmill::cli
