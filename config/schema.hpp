#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "config/value.hpp"

namespace pixmill::config {

/// What a setting holds, and so how its value is written.
enum class value_kind : std::uint8_t {
  toggle,   ///< `true` or `false`.
  number,   ///< A whole number.
  bytes,    ///< A whole number of bytes.
  duration, ///< `500ms`, `2s`, `1min`, `2h`, `30d`.
  text,     ///< A string.
  word,     ///< A string out of `setting::words`.
  texts,    ///< A list of strings.
  numbers,  ///< A list of whole numbers.
};

/// One setting: how it is called, what it may be, and where it is kept.
struct setting {
  std::string_view section;
  std::string_view key;
  std::string_view doc; ///< One line for a person.
  value_kind kind = value_kind::number;
  /// Of a number, of each number in a list, of a string's length, of how many
  /// strings a list has (0 and 0: any); nanoseconds of a duration. Both ends
  /// are allowed.
  std::int64_t lowest = 0;
  std::int64_t highest = 0;
  /// Nanoseconds of which a duration must be a multiple.
  std::int64_t resolution = 1;
  std::span<const std::string_view> words{};
  /// Of each member of `texts`: what it must be, in words and as a check.
  std::string_view member_name{};
  bool (*member_valid)(const std::string& member) = nullptr;
  /// Whether the value is never shown.
  bool secret = false;
  /// Stores a value that `accepts` has approved.
  void (*assign)(settings& target, const value& x) = nullptr;
  /// Reads the value back.
  value (*current)(const settings& source) = nullptr;
};

/// Returns every setting, section by section, in the order of the shipped file.
std::span<const setting> schema() noexcept;

/// Returns the names of the sections, in order.
std::span<const std::string_view> section_names();

/// Returns the keys of one section, in order; none for an unknown section.
std::vector<std::string_view> keys_of(std::string_view section);

/// Returns the setting of that name, or null.
const setting* find_setting(std::string_view section,
                            std::string_view key) noexcept;

/// Returns whether `x` has the type and the range of `which`.
bool accepts(const setting& which, const value& x);

/// Returns what `accepts` asks for, such as `a whole number from 1 to 256`.
std::string allowed(const setting& which);

/// Returns the value of `which` in `source` for a person: masked if secret.
std::string shown(const setting& which, const settings& source);

} // namespace pixmill::config
