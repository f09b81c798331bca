#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pixmill {

/// Where in a distributed trace something happened: a W3C `traceparent`.
/// @see https://www.w3.org/TR/trace-context/
class trace_parent {
public:
  /// Parses the field `traceparent`. What a later version appends is dropped.
  /// @returns Nothing unless `text` is of the standard's form to the letter.
  static std::optional<trace_parent> parse(std::string_view text);

  /// Returns it as it stands in the field.
  const std::string& str() const noexcept {
    return value_;
  }

  /// Returns what all spans of the trace share, 32 hex digits.
  std::string_view trace_id() const noexcept {
    return std::string_view{value_}.substr(3, 32);
  }

  /// Returns a place of its own in the same trace.
  /// @param span Random; 0 counts as 1.
  trace_parent child(std::uint64_t span) const;

  bool operator==(const trace_parent&) const = default;

private:
  explicit trace_parent(std::string value) : value_{std::move(value)} {}

  std::string value_; ///< `00-` and so on, 55 characters.
};

/// Returns the trace id of a stored `traceparent`; empty for an empty one.
std::string trace_id_of(std::string_view text);

} // namespace pixmill
