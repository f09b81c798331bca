#pragma once

#include <map>
#include <string>
#include <variant>

#include "cli/client_options.hpp"
#include "cli/terminal.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

struct token_new_options : server_options {
  std::string scopes; ///< Names with commas between them.
  std::string tenant;
  std::string name;
  std::string expires; ///< Such as `90d`; empty: never.
};

struct token_list_options : server_options {};

struct token_revoke_options : server_options {
  std::string id;
};

/// `token new`, `token list` and `token revoke`.
using token_options =
  std::variant<token_new_options, token_list_options, token_revoke_options>;

/// Makes, lists or revokes tokens: in the store of the settings, without a
/// server; or at a server, when one is named by `--url` or `PIXMILL_URL`, or
/// one has the store open. Says which it was on `to.err`.
/// @returns The exit code of the process.
int token(const token_options& options, const config::settings& settings,
          const std::map<std::string, std::string>& environment,
          const terminal& to);

} // namespace pixmill::cli
