#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "config/settings.hpp"
#include "model/errc.hpp"

namespace pixmill::config {

/// Where settings come from, weakest last: flags, environment, file, defaults.
struct sources {
  /// The file that `--config` names; empty: the first of `search` that exists.
  std::string file;
  std::vector<std::string> search{"caf-application.conf",
                                  "/etc/pixmill/caf-application.conf"};
  /// All variables; those that do not start with `PIXMILL_` are left alone.
  std::map<std::string, std::string> environment;
  /// The texts of `--set`: `fetch.per-origin=12`. The last of equals wins.
  std::vector<std::string> assignments;
};

/// One setting as it is in force.
struct effective_value {
  std::string section;
  std::string key;
  std::string text;   ///< In the file's syntax; masked if secret.
  std::string origin; ///< `default`, `FILE:LINE`, `PIXMILL_…` or `--set`.
};

/// The settings of a process, and where each came from.
struct loaded_settings {
  settings values;
  std::string file; ///< The file that was read; empty: none.
  std::vector<effective_value> effective; ///< In the schema's order.
};

/// Reads every source and refuses what it does not know.
///
/// A list is written `a,b` or `["a", "b"]` in the environment and in flags, and
/// a string needs no quotes there. `PIXMILL_URL` and `PIXMILL_TOKEN` belong to
/// the verbs that talk to a server.
///
/// @retval errc::config_invalid One line that names the file and line (or the
///         variable, or the flag), the key, the value and what is allowed.
caf::expected<loaded_settings> load(const sources& from);

/// Returns the variables of this process.
std::map<std::string, std::string> process_environment();

} // namespace pixmill::config
