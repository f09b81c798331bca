#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pixmill::telemetry {

enum class log_level : std::uint8_t { debug, info, warning, error, off };

/// Section `[log]`.
struct log_settings {
  log_level level = log_level::info;
  bool json = false; ///< One JSON object a line instead of text.
  std::string file;  ///< Appended to; empty: standard error.
};

/// Opens the log; before this, and after `log_level::off`, nothing is written.
/// @returns False when `settings.file` cannot be opened.
bool start_log(const log_settings& settings);

/// Writes one line. Thread-safe. Never pass a secret; pass URLs through
/// `loggable_url`.
void log(log_level level, std::string_view message);

/// Returns `url` without user info and with query values left out.
std::string loggable_url(std::string_view url);

} // namespace pixmill::telemetry
