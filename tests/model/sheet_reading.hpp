#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/sheet.hpp"

namespace pixmill::test {

/// All that a parser says about a sheet, as text, for comparison.
struct sheet_reading {
  sheet_header header;
  std::vector<sheet_row> rows;
  std::vector<sheet_issue> issues;
  bool stopped = false;
};

/// Parses `bytes`, cut into pieces that end at `cuts` (ascending) and at the
/// end.
inline sheet_reading read_sheet(std::string_view bytes,
                                const sheet_rules& rules = {},
                                const std::vector<std::size_t>& cuts = {}) {
  sheet_reading out;
  sheet_parser parser{
    rules, [&out](sheet_issue x) { out.issues.push_back(std::move(x)); }};
  sheet_row row;
  const auto drain = [&] {
    while (parser.next(row))
      out.rows.push_back(row);
  };
  std::size_t from = 0;
  for (const auto cut : cuts) {
    parser.feed(bytes.substr(from, cut - from));
    drain();
    from = cut;
  }
  parser.feed(bytes.substr(from));
  drain();
  parser.finish();
  drain();
  out.header = parser.header();
  out.stopped = parser.stopped();
  return out;
}

/// Returns cuts after each byte of a text of `size` bytes.
inline std::vector<std::size_t> each_byte(std::size_t size) {
  std::vector<std::size_t> out;
  for (std::size_t i = 1; i < size; ++i)
    out.push_back(i);
  return out;
}

/// Writes a reading down, each part on its own line.
inline std::string written(const sheet_reading& x) {
  std::string out = "width " + std::to_string(x.header.width);
  out += x.header.present ? " header" : " none";
  out += x.header.delimiter;
  for (const auto& cell : x.header.cells)
    out += " [" + cell + ']';
  for (const auto& row : x.rows) {
    out += "\nrow " + std::to_string(row.row) + ' ' + std::to_string(row.line);
    for (const auto& cell : row.cells)
      out += " [" + cell + ']';
    for (const auto& slot : row.slots)
      out += " <" + slot.url + '!' + slot.problem + '>';
  }
  for (const auto& issue : x.issues)
    out += "\n" + issue.code + ' ' + std::to_string(issue.row) + ' '
           + std::to_string(issue.line) + ' ' + std::to_string(issue.slot)
           + (issue.warning ? " warning [" : " error [") + issue.column + "] ["
           + issue.value + "] " + issue.hint;
  return out + (x.stopped ? "\nstopped" : "");
}

} // namespace pixmill::test
