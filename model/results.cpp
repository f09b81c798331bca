#include "model/results.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "model/csv_text.hpp"

namespace pixmill {
namespace {

constexpr std::string_view output_column = "Output Image Urls";

// Of every report since the first: nothing comes in between.
constexpr std::array<std::string_view, 10> first_columns{
  "Status", "Error",  "Bytes In",     "Bytes Out", "Quality",
  "Ssim",   "Sha256", "Milliseconds", "Node",      "Attempts"};

// What came later stands behind, so that an older report finds its place.
constexpr std::array<std::string_view, 6> later_columns{
  "Ssim Worst", "Chroma Ssim", "Chroma Ssim Worst",
  "Ratio",      "Format",      "Format Reason"};

// A share as people read it: 0.98, 1.
std::string decimal(std::uint32_t ppm) {
  auto text = std::to_string(ppm / 1'000'000);
  if (const auto fraction = ppm % 1'000'000; fraction != 0) {
    text += '.';
    text += std::to_string(1'000'000 + fraction).substr(1);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text;
}

std::string without(std::string text, char separator,
                    std::string_view replacement) {
  for (auto at = text.find(separator); at != std::string::npos;
       at = text.find(separator, at + replacement.size()))
    text.replace(at, 1, replacement);
  return text;
}

std::string share_or_nothing(std::uint32_t ppm) {
  return ppm == 0 ? std::string{} : decimal(ppm);
}

std::string number_or_nothing(std::uint64_t x) {
  return x == 0 ? std::string{} : std::to_string(x);
}

// In the order of first_columns.
std::string first_entry(std::size_t column, const outcome& x) {
  if (column == 0)
    return std::string{to_string(x.state)};
  if (!is_terminal(x.state))
    return {};
  switch (column) {
  case 1:
    return x.target_missed && !x.why ? "target_not_reached" : x.why.word();
  case 2:
    return std::to_string(x.bytes_in);
  case 3:
    return std::to_string(x.bytes_out);
  case 4:
    return number_or_nothing(x.quality);
  case 5:
    return share_or_nothing(x.ssim_ppm);
  case 6:
    return x.sha256;
  case 7:
    return std::to_string(x.milliseconds);
  case 8:
    return without(x.node, ';', "_");
  default:
    return std::to_string(x.attempts);
  }
}

// In the order of later_columns.
std::string later_entry(std::size_t column, const outcome& x) {
  if (!is_terminal(x.state))
    return {};
  switch (column) {
  case 0:
    return share_or_nothing(x.ssim_worst_ppm);
  case 1:
    return share_or_nothing(x.chroma_ssim_ppm);
  case 2:
    return share_or_nothing(x.chroma_ssim_worst_ppm);
  case 3:
    return share_or_nothing(x.ratio_ppm());
  case 4:
    return x.has_file() ? std::string{to_string(x.format)} : std::string{};
  default:
    return std::string{to_string(x.why_format)};
  }
}

// All names in a row: nobody else's file has them, so that a shop's own
// `Status` is never touched.
std::size_t find_report(const std::vector<std::string>& cells,
                        std::span<const std::string_view> names) {
  const auto found =
    std::search(cells.begin(), cells.end(), names.begin(), names.end());
  return found == cells.end() ? sheet_header::npos
                              : static_cast<std::size_t>(found - cells.begin());
}

std::string_view cell_at(const sheet_row& row, std::size_t column) noexcept {
  return column < row.cells.size() ? std::string_view{row.cells[column]}
                                   : std::string_view{};
}

void append_header(const sheet_header& header, const csv_dialect& dialect,
                   std::string& out) {
  append_csv_cells(out, header.cells, dialect);
  // Rows have their full width, and so does the line above them.
  for (auto i = header.cells.size(); i < header.width; ++i)
    out += header.delimiter;
}

bool wants_another_try(const outcome& x) noexcept {
  return x.state == item_state::failed || x.state == item_state::skipped
         || x.state == item_state::canceled;
}

} // namespace

// -- results.csv --------------------------------------------------------------

results_csv::results_csv(const sheet_header& header, results_style style)
    : header_{header}, style_{std::move(style)},
      groups_{{{first_columns, first_entry, sheet_header::npos},
               {later_columns, later_entry, sheet_header::npos}}} {
  for (auto& group : groups_)
    group.at = find_report(header_.cells, group.names);
}

void results_csv::write_header(std::string& out) const {
  if (!header_.present)
    return;
  const csv_dialect dialect{header_.delimiter, style_.csv_safe};
  append_header(header_, dialect, out);
  const auto append = [&](std::string_view name) {
    out += header_.delimiter;
    append_csv_cell(out, name, dialect);
  };
  if (header_.output == sheet_header::npos)
    append(output_column);
  if (style_.full)
    for (const auto& group : groups_)
      if (group.at == sheet_header::npos)
        std::for_each(group.names.begin(), group.names.end(), append);
  out += '\n';
}

std::string results_csv::links(const sheet_row& row,
                               std::span<const outcome> outcomes) const {
  std::string list;
  for (std::size_t slot = 0; slot < outcomes.size(); ++slot) {
    if (slot > 0)
      list += ',';
    if (outcomes[slot].has_file() && style_.link)
      list += without(style_.link(row, slot, outcomes[slot]), ',', "%2C");
  }
  return list;
}

void results_csv::append_report(const column_group& group, std::size_t column,
                                std::span<const outcome> outcomes,
                                std::string& out) const {
  std::string list;
  for (std::size_t slot = 0; slot < outcomes.size(); ++slot) {
    if (slot > 0)
      list += ';';
    list += group.entry(column, outcomes[slot]);
  }
  append_csv_cell(out, list, {header_.delimiter, style_.csv_safe});
}

bool results_csv::append_report_at(std::size_t column,
                                   std::span<const outcome> outcomes,
                                   std::string& out) const {
  if (!style_.full)
    return false;
  for (const auto& group : groups_)
    if (group.at != sheet_header::npos && column >= group.at
        && column < group.at + group.names.size()) {
      append_report(group, column - group.at, outcomes, out);
      return true;
    }
  return false;
}

void results_csv::write_row(const sheet_row& row,
                            std::span<const outcome> outcomes,
                            std::string& out) const {
  const csv_dialect dialect{header_.delimiter, style_.csv_safe};
  // Quoted as a list even where the delimiter would not ask for it.
  const auto append_links = [&] {
    append_csv_cell(out, links(row, outcomes), dialect, outcomes.size() > 1);
  };
  // A row that is shorter than the others is filled up: what is appended has
  // to stand in its own column.
  const auto width = std::max(header_.width, row.cells.size());
  for (std::size_t column = 0; column < width; ++column) {
    if (column > 0)
      out += header_.delimiter;
    if (column == header_.output)
      append_links();
    else if (!append_report_at(column, outcomes, out))
      append_csv_cell(out, cell_at(row, column), dialect);
  }
  if (header_.output == sheet_header::npos) {
    out += header_.delimiter;
    append_links();
  }
  if (style_.full)
    for (const auto& group : groups_)
      for (std::size_t column = 0;
           group.at == sheet_header::npos && column < group.names.size();
           ++column) {
        out += header_.delimiter;
        append_report(group, column, outcomes, out);
      }
  out += '\n';
}

// -- failed.csv ---------------------------------------------------------------

failed_csv::failed_csv(const sheet_header& header) : header_{header} {
  // nop
}

void failed_csv::write_header(std::string& out) const {
  if (!header_.present)
    return;
  append_header(header_, {header_.delimiter}, out);
  out += '\n';
}

void failed_csv::write_row(const sheet_row& row,
                           std::span<const outcome> outcomes,
                           std::string& out) const {
  std::string urls;
  std::size_t invalid = 0;
  for (std::size_t slot = 0; slot < row.slots.size(); ++slot) {
    if (!row.slots[slot].problem.empty())
      ++invalid;
    else if (slot < outcomes.size() && wants_another_try(outcomes[slot]))
      urls.append(urls.empty() ? "" : ",").append(row.slots[slot].url);
  }
  if (urls.empty()) {
    if (invalid == 0 || invalid < row.slots.size())
      return;
    urls = cell_at(row, header_.urls);
  }
  const csv_dialect dialect{header_.delimiter};
  const auto width = std::max(header_.width, row.cells.size());
  for (std::size_t column = 0; column < width; ++column) {
    if (column > 0)
      out += header_.delimiter;
    append_csv_cell(out,
                    column == header_.urls ? std::string_view{urls}
                                           : cell_at(row, column),
                    dialect);
  }
  out += '\n';
}

// -- results.jsonl ------------------------------------------------------------

namespace {

using nlohmann::ordered_json;

ordered_json text_or_null(std::string_view text) {
  return text.empty() ? ordered_json{} : ordered_json(text);
}

template <class T>
ordered_json number_or_null(T x) {
  return x == 0 ? ordered_json{} : ordered_json(x);
}

ordered_json error_or_null(const failure& why) {
  if (!why)
    return {};
  return {{"code", why.word()}, {"detail", why.detail}};
}

} // namespace

void write_jsonl(const sheet_row& row, std::span<const outcome> outcomes,
                 const results_style& style, const sheet_header& header,
                 std::string& out) {
  for (std::size_t slot = 0; slot < outcomes.size(); ++slot) {
    const auto& x = outcomes[slot];
    const auto link =
      x.has_file() && style.link ? style.link(row, slot, x) : std::string{};
    const auto url = slot < row.slots.size()
                       ? std::string_view{row.slots[slot].url}
                       : std::string_view{};
    const ordered_json object{
      {"row", row.row},
      {"slot", slot},
      {"serial", cell_at(row, header.serial)},
      {"name", cell_at(row, header.name)},
      {"url", text_or_null(url)},
      {"status", to_string(x.state)},
      {"error", error_or_null(x.why)},
      {"output", text_or_null(link)},
      {"bytes_in", number_or_null(x.bytes_in)},
      {"bytes_out", number_or_null(x.bytes_out)},
      {"quality", number_or_null(x.quality)},
      {"ssim", number_or_null(x.ssim_ppm / 1e6)},
      {"sha256", text_or_null(x.sha256)},
      {"width", number_or_null(x.width)},
      {"height", number_or_null(x.height)},
      {"milliseconds", x.milliseconds},
      {"node", text_or_null(x.node)},
      {"attempts", x.attempts},
      {"target_not_reached", x.target_missed},
      {"ssim_worst", number_or_null(x.ssim_worst_ppm / 1e6)},
      {"chroma_ssim", number_or_null(x.chroma_ssim_ppm / 1e6)},
      {"chroma_ssim_worst", number_or_null(x.chroma_ssim_worst_ppm / 1e6)},
      {"ratio", number_or_null(x.ratio_ppm() / 1e6)},
      {"format",
       x.has_file() ? ordered_json(to_string(x.format)) : ordered_json{}},
      {"format_reason", text_or_null(to_string(x.why_format))},
    };
    out += object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    out += '\n';
  }
}

} // namespace pixmill
