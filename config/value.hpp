#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pixmill::config {

/// A member of a list.
using list_item = std::variant<std::int64_t, std::string>;

/// One value in the syntax of CAF's configuration files.
using value = std::variant<bool, std::int64_t, std::chrono::nanoseconds,
                           std::string, std::vector<list_item>>;

/// What was found at the start of some text.
struct value_read {
  std::optional<value> found;
  /// The text after the value.
  std::string_view rest;
  /// Why there is no value, if more can be said than that there is none.
  std::string problem;
};

/// Reads one value: `true`, `12`, `500ms` (`ns`, `us`, `ms`, `s`, `min`),
/// `"text"`, `["a", "b"]`, `[80, 443]`.
///
/// Accepts less than CAF does, so that nothing means something unexpected:
/// numbers are decimal without a leading zero (CAF reads `010` as 8), and a
/// value ends on its line.
value_read read_value(std::string_view text);

/// Writes `x` in the syntax that `read_value` reads.
std::string to_text(const value& x);

} // namespace pixmill::config
