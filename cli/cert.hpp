#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "cli/terminal.hpp"

namespace pixmill::cli {

struct cert_init_options {
  std::string folder = "pixmill-ca";
};

struct cert_issue_options {
  std::string name;
  std::string folder = "pixmill-ca"; ///< Of the authority.
  std::string out;                   ///< Path of the bundle; empty: `NAME.pem`.
  std::uint32_t days = 397;
  std::uint32_t seconds = 0; ///< Instead of `days`, unless 0.
};

struct cert_show_options {
  std::string file;
  bool json = false;
};

/// `cert init`, `cert issue` and `cert show`.
using cert_options =
  std::variant<cert_init_options, cert_issue_options, cert_show_options>;

/// Makes and shows the certificates of a cluster.
/// @returns The exit code of the process.
int cert(const cert_options& options, const terminal& to);

} // namespace pixmill::cli
