#include "cli/results_reader.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/read_file.hpp"
#include "model/sheet.hpp"

namespace pixmill::cli {
namespace {

constexpr std::string_view bytes_column = "Bytes In";

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto end = text.find(separator);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return out;
    text.remove_prefix(end + 1);
  }
}

std::uint64_t number_in(std::string_view text) {
  std::uint64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::string_view cell_at(const sheet_row& row, std::size_t column) {
  return column < row.cells.size() ? std::string_view{row.cells[column]}
                                   : std::string_view{};
}

// Walks along a results.jsonl, whose lines are in the order of the rows.
class size_notes {
public:
  explicit size_notes(const std::filesystem::path& path) : file_{path} {
    advance();
  }

  // Returns the sizes of a row's sources. Rows are asked for in order.
  std::vector<std::uint64_t> sizes_of(std::uint32_t row) {
    std::vector<std::uint64_t> out;
    for (; has_note_ && row_ <= row; advance())
      if (row_ == row)
        out.push_back(bytes_in_);
    return out;
  }

private:
  // A line that is not as expected ends the notes: they only add a check.
  void advance() {
    std::string line;
    has_note_ = static_cast<bool>(std::getline(file_, line));
    if (!has_note_)
      return;
    const auto note = nlohmann::json::parse(line, nullptr, false);
    const auto row = note.is_object() ? note.find("row") : note.end();
    has_note_ = row != note.end() && row->is_number_unsigned();
    if (!has_note_)
      return;
    row_ = row->get<std::uint32_t>();
    const auto bytes = note.find("bytes_in");
    bytes_in_ = bytes != note.end() && bytes->is_number_unsigned()
                  ? bytes->get<std::uint64_t>()
                  : 0;
  }

  std::ifstream file_;
  bool has_note_ = false;
  std::uint32_t row_ = 0;
  std::uint64_t bytes_in_ = 0;
};

class results_reader {
public:
  results_reader(const std::string& path,
                 const std::function<void(result_slot)>& take)
      : path_{path}, take_{take},
        notes_{std::filesystem::path{path}.replace_extension(".jsonl")},
        parser_{rules(), [](const sheet_issue&) {}} {}

  caf::error read() {
    auto reason = read_file(path_, [this](std::string_view bytes) {
      parser_.feed(bytes);
      return take_rows();
    });
    if (reason)
      return reason;
    parser_.finish();
    take_rows();
    if (parser_.header().output == sheet_header::npos || parser_.stopped())
      return make_error(errc::csv_invalid,
                        path_
                          + ": no column Output Image Urls; this is no "
                            "results file");
    return {};
  }

private:
  // The links count here, not whether the sources could be fetched again.
  static sheet_rules rules() {
    sheet_rules out;
    out.assume_https = true;
    return out;
  }

  // Returns whether it is worth going on.
  bool take_rows() {
    sheet_row row;
    while (parser_.next(row)) {
      const auto& header = parser_.header();
      if (header.output == sheet_header::npos)
        return false;
      take_row(header, row);
    }
    return !parser_.stopped();
  }

  void take_row(const sheet_header& header, const sheet_row& row) {
    const auto links = split(cell_at(row, header.output), ',');
    const auto sizes = sizes_of(header, row);
    for (std::size_t slot = 0; slot < links.size(); ++slot)
      take_({.row = row.row,
             .slot = slot,
             .output = std::string{links[slot]},
             .bytes_in = slot < sizes.size() ? sizes[slot] : 0});
  }

  std::vector<std::uint64_t> sizes_of(const sheet_header& header,
                                      const sheet_row& row) {
    const auto found =
      std::find(header.cells.begin(), header.cells.end(), bytes_column);
    if (found == header.cells.end())
      return notes_.sizes_of(row.row);
    const auto column = static_cast<std::size_t>(found - header.cells.begin());
    std::vector<std::uint64_t> out;
    for (const auto text : split(cell_at(row, column), ';'))
      out.push_back(number_in(text));
    return out;
  }

  const std::string& path_;
  const std::function<void(result_slot)>& take_;
  size_notes notes_;
  sheet_parser parser_;
};

} // namespace

caf::error read_results(const std::string& path,
                        const std::function<void(result_slot)>& take) {
  return results_reader{path, take}.read();
}

} // namespace pixmill::cli
