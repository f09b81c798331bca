#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace pixmill::telemetry {

enum class log_level : std::uint8_t { debug, info, warning, error, off };

/// Section `[log]`.
struct log_settings {
  log_level level = log_level::info;
  bool json = false;  ///< One JSON object a line instead of text.
  std::string file;   ///< Appended to; empty: standard error.
  bool access = true; ///< A line for each request that was answered.
};

/// A value beside a message: a member of its own in JSON, `name=value` in text.
/// Lives no longer than the call that it is passed to.
class log_field {
public:
  /// @param name Snake case; a literal.
  log_field(std::string_view name, std::string_view text)
      : name_{name}, text_{text} {}
  log_field(std::string_view name, const char* text)
      : name_{name}, text_{text} {}
  log_field(std::string_view name, const std::string& text)
      : name_{name}, text_{text} {}
  template <std::unsigned_integral T>
  log_field(std::string_view name, T number)
      : name_{name}, number_{number}, is_number_{true} {}

  /// Returns `name=value` or `"name":value`.
  std::string str(bool json) const;

private:
  std::string_view name_;
  std::string_view text_;
  std::uint64_t number_ = 0;
  bool is_number_ = false;
};

/// While it lives, all lines that its thread writes carry these fields. Scopes
/// nest; the inner one counts.
class log_scope {
public:
  explicit log_scope(std::initializer_list<log_field> fields = {});
  ~log_scope();
  log_scope(const log_scope&) = delete;
  log_scope& operator=(const log_scope&) = delete;

  /// Adds another field.
  void add(const log_field& field);

private:
  friend void log(log_level, std::string_view,
                  std::initializer_list<log_field>);
  std::string text_; ///< As it stands in a line.
  log_scope* outer_;
};

/// Opens the log; before this, and after `log_level::off`, nothing is written.
/// The end of the process waits up to a second for what is not yet written.
/// @returns False when `settings.file` cannot be opened.
bool start_log(const log_settings& settings);

/// Waits until all lines so far are written, at most a second.
void drain_log();

/// Writes one line, soon and on another thread: it waits for nothing. Lines
/// beyond those that can wait are dropped, and that is said. Thread-safe. Never
/// pass a secret; pass URLs through
/// `loggable_url`. Fields without a text are left out.
void log(log_level level, std::string_view message,
         std::initializer_list<log_field> fields = {});

/// Returns whether a line of `level` would be written.
bool is_logged(log_level level) noexcept;

/// Returns whether answered requests are to be logged.
bool logs_access() noexcept;

/// Returns `url` without user info and with query values left out.
std::string loggable_url(std::string_view url);

} // namespace pixmill::telemetry
