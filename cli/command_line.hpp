#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/cert.hpp"
#include "cli/client_options.hpp"
#include "cli/db.hpp"
#include "cli/run.hpp"
#include "cli/serve.hpp"
#include "cli/sheet_options.hpp"
#include "cli/token.hpp"
#include "cli/webhook_options.hpp"
#include "cli/worker.hpp"

namespace pixmill::cli {

struct validate_options : sheet_options {
  bool json = false;
};

struct verify_options {
  std::string csv; ///< Path of a results file.
  bool json = false;
};

struct audit_options {
  std::string csv; ///< Path of a results file.
  std::string out = "audit.html";
  std::size_t limit = 60; ///< Most results that are shown as pictures.
  bool json = false;
};

struct compare_options {
  std::string left;       ///< Path of a picture.
  std::string right;      ///< Path of another.
  std::string difference; ///< Path of a PNG to write; empty: none.
  bool json = false;
  bool confined = true; ///< Whether the process may give up its rights.
};

struct config_show_options {
  bool json = false;
};

struct doctor_options {
  bool json = false;
};

struct version_options {
  bool json = false;
};

/// What is asked for.
struct command_line {
  std::string config_file;              ///< Of `--config`; empty: search.
  std::vector<std::string> assignments; ///< Of `--set`.
  std::variant<run_options, serve_options, validate_options, verify_options,
               audit_options, compare_options, client_options, token_options,
               config_show_options, doctor_options, version_options,
               webhook_verify_options, webhook_secret_options, worker_options,
               cert_options, db_options>
    verb;
};

/// Why nothing is to be done.
struct early_end {
  int exit_code = 0;
  std::string help;      ///< For standard output.
  std::string complaint; ///< For standard error.
};

/// Reads the arguments of the process, the program's name not among them.
/// @returns What is asked for; or help that was asked for; or what is wrong
///          with the arguments, with the verb or flag that was probably meant.
std::variant<command_line, early_end>
parse_command_line(const std::vector<std::string>& arguments);

} // namespace pixmill::cli
