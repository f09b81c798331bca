#pragma once

#include <string>
#include <variant>

#include "cli/terminal.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

struct db_check_options {
  bool json = false;
};

struct db_backup_options {
  std::string folder; ///< Of the copy.
  bool json = false;
};

struct db_restore_options {
  std::string folder; ///< Of the copy.
  bool json = false;
};

/// `db check`, `db backup` and `db restore`.
using db_options =
  std::variant<db_check_options, db_backup_options, db_restore_options>;

/// Looks after the journal that the settings name.
/// @returns The exit code of the process.
int db(const db_options& options, const config::settings& settings,
       const terminal& to);

} // namespace pixmill::cli
