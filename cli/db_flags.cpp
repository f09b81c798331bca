#include "cli/db_flags.hpp"

#include <utility>

#include <CLI/CLI.hpp>

namespace pixmill::cli {

void add_db_verbs(CLI::App& app, db_targets& into) {
  auto& verb = *app.add_subcommand("db", "Checks and copies the store");
  verb.require_subcommand(1);
  verb.footer("Works on the journal of the settings, [store] journal. Images\n"
              "are files: copy their folder with any tool, after the journal.");
  auto& check = *verb.add_subcommand(
    "check", "Reads all of the journal and says what is wrong with it");
  check.add_flag("--json", into.check.json, "Print JSON");
  check.footer("A server may use the journal meanwhile.\n"
               "Exit codes: 0 all well, 4 problems.");
  auto& backup = *verb.add_subcommand(
    "backup", "Copies the journal as it is at this moment");
  backup
    .add_option("DIR", into.backup.folder, "A folder that is empty or not yet")
    ->required();
  backup.add_flag("--json", into.backup.json, "Print JSON");
  backup.footer("A server may use the journal meanwhile.\n\n"
                "  pixmill db backup backups/$(date +%F)");
  auto& restore =
    *verb.add_subcommand("restore", "Makes a journal of such a copy");
  restore.add_option("DIR", into.restore.folder, "As of pixmill db backup")
    ->required();
  restore.add_flag("--json", into.restore.json, "Print JSON");
  restore.footer("Overwrites nothing: move the old journal away first.");
}

std::optional<db_options> selected_db_verb(const CLI::App& app,
                                           db_targets from) {
  if (!app.got_subcommand("db"))
    return std::nullopt;
  const auto& verb = *app.get_subcommand("db");
  if (verb.got_subcommand("check"))
    return from.check;
  if (verb.got_subcommand("backup"))
    return std::move(from.backup);
  return std::move(from.restore);
}

} // namespace pixmill::cli
