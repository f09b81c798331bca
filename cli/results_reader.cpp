#include "cli/results_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "cli/read_file.hpp"
#include "model/sheet.hpp"

namespace pixmill::cli {
namespace {

// A field of a report: its column in a CSV, its name in a line of JSON.
struct report_field {
  std::string_view column;
  std::string_view key;
  std::variant<std::string result_slot::*, std::uint64_t result_slot::*> member;
  bool share = false; // Written as 0.98.
};

const std::array<report_field, 11> report_fields{{
  {"Status", "status", &result_slot::status},
  {"Error", "error", &result_slot::error},
  {"Format", "format", &result_slot::format},
  {"Format Reason", "format_reason", &result_slot::format_reason},
  {"Bytes In", "bytes_in", &result_slot::bytes_in},
  {"Bytes Out", "bytes_out", &result_slot::bytes_out},
  {"Quality", "quality", &result_slot::quality},
  {"Ssim", "ssim", &result_slot::ssim_ppm, true},
  {"Ssim Worst", "ssim_worst", &result_slot::ssim_worst_ppm, true},
  {"Chroma Ssim", "chroma_ssim", &result_slot::chroma_ssim_ppm, true},
  {"Chroma Ssim Worst", "chroma_ssim_worst",
   &result_slot::chroma_ssim_worst_ppm, true},
}};

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

std::uint64_t ppm_in(std::string_view text) {
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out > 0 && out <= 1 ? static_cast<std::uint64_t>(out * 1e6 + 0.5) : 0;
}

void set(result_slot& slot, const report_field& field, std::string_view text) {
  if (const auto* word = std::get_if<0>(&field.member))
    slot.*(*word) = text;
  else
    slot.*std::get<1>(field.member) =
      field.share ? ppm_in(text) : number_in(text);
}

std::string_view cell_at(const sheet_row& row, std::size_t column) {
  return column < row.cells.size() ? std::string_view{row.cells[column]}
                                   : std::string_view{};
}

// Takes what a line of JSON says of a slot.
result_slot slot_of(const nlohmann::json& note) {
  result_slot out;
  const auto text_of = [](const nlohmann::json& value) {
    return value.is_string()   ? value.get<std::string>()
           : value.is_number() ? value.dump()
                               : std::string{};
  };
  for (const auto& field : report_fields)
    if (const auto value = note.find(field.key); value != note.end())
      set(out, field, text_of(*value));
  if (const auto url = note.find("url"); url != note.end())
    out.source = text_of(*url);
  if (const auto error = note.find("error");
      error != note.end() && error->is_object())
    out.error = text_of(error->value("code", nlohmann::json{}));
  if (out.error.empty()
      && note.value("target_not_reached", nlohmann::json{})
           == nlohmann::json(true))
    out.error = "target_not_reached";
  return out;
}

// Walks along a results.jsonl, whose lines are in the order of the rows.
class slot_notes {
public:
  explicit slot_notes(const std::filesystem::path& path) : file_{path} {
    advance();
  }

  // Returns what is known of a row's slots. Rows are asked for in order.
  std::vector<result_slot> of_row(std::uint32_t row) {
    std::vector<result_slot> out;
    for (; has_note_ && row_ <= row; advance())
      if (row_ == row)
        out.push_back(std::move(slot_));
    return out;
  }

private:
  // A line that is not as expected ends the notes: they only add to the CSV.
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
    slot_ = slot_of(note);
  }

  std::ifstream file_;
  bool has_note_ = false;
  std::uint32_t row_ = 0;
  result_slot slot_;
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
    auto slots = notes_.of_row(row.row);
    slots.resize(std::max(slots.size(), links.size()));
    add_columns(header, row, slots);
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
      auto& out = slots[slot];
      out.row = row.row;
      out.slot = slot;
      out.serial = cell_at(row, header.serial);
      out.name = cell_at(row, header.name);
      if (slot < links.size())
        out.output = links[slot];
      if (out.source.empty() && slot < row.slots.size())
        out.source = row.slots[slot].url;
      take_(std::move(out));
    }
  }

  // Takes what the columns of a report say.
  static void add_columns(const sheet_header& header, const sheet_row& row,
                          std::vector<result_slot>& slots) {
    const auto find = [&](std::string_view name) {
      return std::find(header.cells.begin(), header.cells.end(), name);
    };
    // A shop may have a `Status` of its own; it has no report around it.
    if (find("Bytes In") == header.cells.end())
      return;
    for (const auto& field : report_fields) {
      const auto found = find(field.column);
      if (found == header.cells.end())
        continue;
      const auto column =
        static_cast<std::size_t>(found - header.cells.begin());
      const auto texts = split(cell_at(row, column), ';');
      for (std::size_t i = 0; i < std::min(texts.size(), slots.size()); ++i)
        set(slots[i], field, texts[i]);
    }
  }

  const std::string& path_;
  const std::function<void(result_slot)>& take_;
  slot_notes notes_;
  sheet_parser parser_;
};

} // namespace

std::uint64_t result_slot::worst_ppm() const noexcept {
  return chroma_ssim_worst_ppm == 0
           ? ssim_worst_ppm
           : std::min(ssim_worst_ppm, chroma_ssim_worst_ppm);
}

caf::error read_results(const std::string& path,
                        const std::function<void(result_slot)>& take) {
  return results_reader{path, take}.read();
}

} // namespace pixmill::cli
