#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pixmill {

/// How cells are written.
struct csv_dialect {
  char delimiter = ',';
  /// Puts a `'` before a cell that a spreadsheet would run as a formula.
  /// @see https://owasp.org/www-community/attacks/CSV_Injection
  bool safe = false;
};

/// Appends one cell to `out`, quoted where RFC 4180 asks for it.
/// @param quote Quotes it in any case.
void append_csv_cell(std::string& out, std::string_view cell,
                     const csv_dialect& dialect, bool quote = false);

/// Appends `cells`, delimited, to `out`; ends no line.
void append_csv_cells(std::string& out, std::span<const std::string> cells,
                      const csv_dialect& dialect);

} // namespace pixmill
