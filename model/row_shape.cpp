#include "model/row_shape.hpp"

#include <algorithm>
#include <utility>

#include "model/url_noise.hpp"
#include "model/url_text.hpp"

namespace pixmill {
namespace {

bool begins_url(std::string_view text) noexcept {
  text = without_noise(text);
  if (text.starts_with('['))
    text = without_noise(text.substr(1));
  return starts_with_scheme(text);
}

// Appends fields [first, last) to `cell`, delimited.
void join(const csv_record& record, std::size_t first, std::size_t last,
          char delimiter, std::string& cell) {
  cell.clear();
  for (auto i = first; i < last; ++i) {
    if (i > first)
      cell += delimiter;
    cell += record.fields[i].text;
  }
}

// Whether fields [first, count) are one list that lacked its quotes: each
// begins a URL, or goes on with one that holds a delimiter. A field that was
// quoted holds no half of a URL.
bool is_list(const csv_record& record, std::size_t first) noexcept {
  for (auto i = first + 1; i < record.count; ++i)
    if (!record.fields[i].text.empty() && !begins_url(record.fields[i].text)
        && (record.fields[i].quoted || record.fields[i - 1].quoted))
      return false;
  return true;
}

row_shape rejoin(const csv_record& record, const sheet_header& header,
                 std::vector<std::string>& cells) {
  const auto last = header.width - 1;
  std::size_t urls = 0;
  while (urls < record.count && !begins_url(record.fields[urls].text))
    ++urls;
  if (header.urls != last || header.name == last || urls == record.count
      || urls < last || !is_list(record, urls)) {
    for (std::size_t i = 0; i < header.width; ++i)
      cells[i] = record.fields[i].text;
    return row_shape::ambiguous;
  }
  const auto surplus = urls - last;
  for (std::size_t column = 0, field = 0; column < last; ++column) {
    const auto taken = column == header.name ? surplus + 1 : 1;
    join(record, field, field + taken, header.delimiter, cells[column]);
    field += taken;
  }
  join(record, urls, record.count, header.delimiter, cells[last]);
  return row_shape::rejoined;
}

} // namespace

row_shape shape_row(csv_record& record, const sheet_header& header,
                    std::vector<std::string>& cells) {
  cells.resize(header.width);
  while (record.count > header.width
         && record.fields[record.count - 1].text.empty())
    --record.count;
  if (record.count > header.width)
    return rejoin(record, header, cells);
  for (std::size_t i = 0; i < record.count; ++i)
    std::swap(cells[i], record.fields[i].text);
  for (auto i = record.count; i < header.width; ++i)
    cells[i].clear();
  return record.count == header.width ? row_shape::plain : row_shape::padded;
}

} // namespace pixmill
