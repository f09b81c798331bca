#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/csv_reader.hpp"
#include "model/sheet.hpp"

namespace pixmill {

/// Returns `text` folded for comparison: letters and digits only, lower case.
std::string fold_header(std::string_view text);

/// Returns the delimiter that the first line uses most, outside quotes and
/// before a URL: `,` `;` tab or `|`.
char sniff_delimiter(std::string_view line);

/// Which columns a header line names.
struct column_roles {
  std::optional<std::size_t> serial;
  std::optional<std::size_t> name;
  std::optional<std::size_t> urls;
  std::optional<std::size_t> output;

  bool complete() const noexcept {
    return serial && name && urls;
  }
  bool any() const noexcept {
    return serial || name || urls;
  }
};

/// Finds the columns in a header line: by what the caller says, else by the
/// table of usual names.
column_roles find_columns(const csv_record& line, const column_names& asked);

} // namespace pixmill
