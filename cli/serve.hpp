#pragma once

#include <optional>
#include <string>

#include "cli/terminal.hpp"
#include "config/load.hpp"

namespace pixmill::cli {

/// What the command line says about `pixmill serve`; the rest are settings.
struct serve_options {
  std::optional<std::uint16_t> port; ///< 0: any that is free.
  std::string cluster;               ///< `ADDRESS:PORT`; empty: the setting's.
  std::optional<std::int32_t> local_slots;
};

/// Runs a head with its HTTP front end until SIGINT or SIGTERM. What is under
/// way then goes on at the next start.
/// @returns The exit code of the process.
/// @param program Path of the `pixmill` binary, to start codec processes.
int serve(const serve_options& options, const config::loaded_settings& loaded,
          const std::string& program, const terminal& to);

} // namespace pixmill::cli
