#include "cli/table.hpp"

#include <algorithm>
#include <utility>

namespace pixmill::cli {
namespace {

// Cuts `text` to `columns` code points, the last of them an ellipsis.
std::string cut(std::string text, std::size_t columns) {
  if (columns == 0 || columns_of(text) <= columns)
    return text;
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end)
    if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80
        && ++seen == columns)
      break;
  return text.substr(0, end) + "…";
}

} // namespace

table::table(std::vector<column> columns) : columns_(std::move(columns)) {}

void table::add(std::vector<cell> cells) {
  cells.resize(columns_.size());
  for (std::size_t i = 0; i < cells.size(); ++i)
    cells[i].text = cut(printable(cells[i].text), columns_[i].widest);
  rows_.push_back(std::move(cells));
}

std::string table::text(bool colours) const {
  std::vector<cell> titles;
  std::vector<std::size_t> widths;
  for (const auto& each : columns_) {
    titles.push_back({.text = each.title, .how = tint::strong});
    widths.push_back(columns_of(each.title));
  }
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(row[i].text));
  std::string out;
  append_line(out, titles, widths, colours);
  for (const auto& row : rows_)
    append_line(out, row, widths, colours);
  return out;
}

void table::append_line(std::string& out, const std::vector<cell>& cells,
                        const std::vector<std::size_t>& widths,
                        bool colours) const {
  // Blanks are held back until more text follows, so that no line ends in any.
  std::size_t blanks = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto& text = cells[i].text;
    const auto fill = widths[i] - columns_of(text);
    blanks += (i > 0 ? 2 : 0) + (columns_[i].right ? fill : 0);
    if (!text.empty()) {
      out.append(blanks, ' ');
      out += tinted(text, cells[i].how, colours);
      blanks = 0;
    }
    blanks += columns_[i].right ? 0 : fill;
  }
  out += '\n';
}

} // namespace pixmill::cli
