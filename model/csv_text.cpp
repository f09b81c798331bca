#include "model/csv_text.hpp"

#include <array>

namespace pixmill {
namespace {

bool needs_quotes(std::string_view cell, char delimiter) noexcept {
  const std::array special{'"', '\r', '\n', delimiter};
  return cell.find_first_of({special.data(), special.size()})
         != std::string_view::npos;
}

bool runs_in_a_spreadsheet(std::string_view cell) noexcept {
  constexpr std::string_view starts = "=+-@\t\r";
  return !cell.empty() && starts.find(cell[0]) != std::string_view::npos;
}

} // namespace

void append_csv_cell(std::string& out, std::string_view cell,
                     const csv_dialect& dialect, bool quote) {
  quote = quote || needs_quotes(cell, dialect.delimiter);
  if (quote)
    out += '"';
  if (dialect.safe && runs_in_a_spreadsheet(cell))
    out += '\'';
  if (!quote) {
    out += cell;
    return;
  }
  for (auto mark = cell.find('"'); mark != std::string_view::npos;
       mark = cell.find('"')) {
    out += cell.substr(0, mark + 1);
    out += '"';
    cell.remove_prefix(mark + 1);
  }
  out += cell;
  out += '"';
}

void append_csv_cells(std::string& out, std::span<const std::string> cells,
                      const csv_dialect& dialect) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0)
      out += dialect.delimiter;
    append_csv_cell(out, cells[i], dialect);
  }
}

} // namespace pixmill
