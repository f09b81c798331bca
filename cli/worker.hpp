#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/terminal.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

/// What the command line says about `pixmill worker`; the rest are settings.
struct worker_options {
  std::string head; ///< `HOST:PORT`
  std::optional<std::uint32_t> slots;
  std::string name;                ///< Empty: the setting's, else the host's.
  std::vector<std::string> labels; ///< Empty: the setting's.
};

/// Runs a worker node until its head lets it go, or SIGINT or SIGTERM: then it
/// finishes what it has, within `[cluster] drain-deadline`.
/// @returns The exit code of the process.
/// @param program Path of the `pixmill` binary, to start codec processes.
int worker(const worker_options& options, const config::settings& settings,
           const std::string& program, const terminal& to);

} // namespace pixmill::cli
