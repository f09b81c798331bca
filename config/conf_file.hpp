#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "config/value.hpp"
#include "model/errc.hpp"

namespace pixmill::config {

/// One `key = value` line.
struct conf_entry {
  std::size_t line = 0; ///< From 1.
  std::string section;
  std::string key;
  std::string text;  ///< The value as it is written.
  value_read parsed; ///< What `text` says; `rest` is not used.
};

/// A configuration file, syntactically sound and free of repetitions.
struct conf_file {
  struct section {
    std::size_t line = 0; ///< From 1.
    std::string name;
  };
  std::vector<section> sections;
  std::vector<conf_entry> entries;
};

/// The first and the last line of a file that says how far it goes. A file
/// that has the one must have the other, so that one cut short is noticed.
inline constexpr std::string_view begin_mark = "; begin pixmill settings";
inline constexpr std::string_view end_mark = "; end pixmill settings";

/// Reads the text of a configuration file: `[section]` lines, `key = value`
/// lines, blank lines, and comments from `;` to the end of the line.
///
/// @param name The file's name in errors.
/// @retval errc::config_invalid Names file and line: a line that is none of
///         these, a section or key given twice, a key before any section, a
///         control character, no line end after the last line, or a
///         `begin_mark` without its `end_mark`.
caf::expected<conf_file> parse_conf(std::string_view text,
                                    std::string_view name);

/// Reads a configuration file of at most 1 MiB.
/// @retval errc::config_invalid As `parse_conf`; or it cannot be read, or is
///         empty.
caf::expected<conf_file> read_conf(const std::string& path);

} // namespace pixmill::config
