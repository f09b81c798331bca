#include "model/sheet_findings.hpp"

#include <string>
#include <utility>

namespace pixmill {
namespace {

/// What an issue quotes: the first 200 bytes, cut between characters.
std::string shortened(std::string_view text) {
  constexpr std::size_t most_bytes = 200;
  if (text.size() <= most_bytes)
    return std::string{text};
  auto end = most_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return std::string{text.substr(0, end)};
}

const char* hint_for(std::string_view problem) noexcept {
  return problem == "url-scheme"
           ? "write the whole address, beginning with https:// or http://"
           : "the host or port of this address cannot be read";
}

struct fault_words {
  const char* code;
  const char* hint;
};

fault_words words_of(source_fault fault) noexcept {
  switch (fault) {
  case source_fault::spreadsheet:
    return {"xlsx-not-csv", "this is a workbook; save it as CSV (UTF-8) first"};
  case source_fault::html:
    return {"html-not-csv",
            "this is a web page, perhaps a login or error page; export the CSV "
            "itself"};
  case source_fault::gzip_damaged:
    return {"gzip-damaged", "the gzip stream is damaged or cut short"};
  default:
    return {"not-text", "this file is no text"};
  }
}

sheet_issue of_row(const sheet_row& row, const char* code, const char* hint) {
  return {.row = row.row, .line = row.line, .code = code, .hint = hint};
}

/// An issue of the URL cell; `slot` -1: of the whole cell.
sheet_issue of_urls(const sheet_row& row, const sheet_header& header, int slot,
                    std::string_view code, std::string_view value,
                    const char* hint) {
  return {.row = row.row,
          .line = row.line,
          .column = header.present ? header.cells[header.urls] : "",
          .slot = slot,
          .code = std::string{code},
          .value = shortened(value),
          .hint = hint};
}

} // namespace

sheet_findings::sheet_findings(sheet_parser::issue_sink sink)
    : sink_{std::move(sink)} {}

void sheet_findings::unreadable(source_fault fault) {
  const auto [code, hint] = words_of(fault);
  fail({.code = code, .hint = hint});
}

void sheet_findings::encoding(std::string_view name) {
  warn({.code = "encoding",
        .value = std::string{name},
        .hint = "read as this encoding; results are written in UTF-8"});
}

void sheet_findings::stray_bytes() {
  warn({.code = "encoding",
        .value = "invalid UTF-8",
        .hint = "bytes that are not UTF-8 were read as Windows-1252"});
}

void sheet_findings::no_rows() {
  fail({.code = "no-rows", .hint = "there is no row below the header"});
}

void sheet_findings::missing_columns(const sheet_header& header,
                                     const column_roles& roles,
                                     std::uint64_t line) {
  std::string seen;
  for (const auto& cell : header.cells)
    seen += (seen.empty() ? "" : ", ") + shortened(cell);
  const auto report = [&](const char* what, bool there) {
    if (!there)
      fail({.line = line,
            .code = "missing-column",
            .value = what,
            .hint = "the header has: " + seen
                    + "; name the column with the option for it"});
  };
  report("serial", roles.serial.has_value());
  report("name", roles.name.has_value());
  report("urls", roles.urls.has_value());
}

void sheet_findings::cap(std::string_view name, std::uint64_t limit,
                         std::uint32_t row, std::uint64_t line) {
  fail({.row = row,
        .line = line,
        .code = std::string{name},
        .value = std::to_string(limit),
        .hint = "the sheet passes this limit; split it"});
}

void sheet_findings::blank_row(std::uint64_t line) {
  warn({.line = line,
        .code = "blank-row",
        .hint = "a row of empty cells was left out"});
}

void sheet_findings::repaired(const sheet_row& row) {
  warn(
    of_row(row, "quote-repaired", "a quote inside this row was taken as text"));
}

void sheet_findings::shape(const sheet_row& row, row_shape shape) {
  switch (shape) {
  case row_shape::ambiguous: {
    auto issue = of_row(row, "ambiguous-overflow",
                        "the row has more fields than the header; put the URL "
                        "list into quotes");
    issue.value = shortened(row.cells.empty() ? "" : row.cells.back());
    fail(std::move(issue));
    break;
  }
  case row_shape::rejoined:
    warn(of_row(row, "unquoted-list",
                "name and URL list were put together again; quote them"));
    break;
  case row_shape::padded:
    warn(of_row(row, "short-row", "missing cells at the end count as empty"));
    break;
  case row_shape::plain:
    break;
  }
}

void sheet_findings::duplicate_serial(const sheet_row& row,
                                      const sheet_header& header) {
  auto issue = of_row(row, "duplicate-serial",
                      "an earlier row has this serial; rows are told apart by "
                      "their place");
  issue.column = header.present ? header.cells[header.serial] : "";
  issue.value = shortened(row.cells[header.serial]);
  warn(std::move(issue));
}

void sheet_findings::no_urls(const sheet_row& row, const sheet_header& header) {
  fail(of_urls(row, header, -1, "no-urls", row.cells[header.urls],
               "the row has no image URL"));
}

void sheet_findings::slot(const sheet_row& row, const sheet_header& header,
                          std::size_t index, const url_entry& entry) {
  const auto at = static_cast<int>(index);
  const std::string_view problem = row.slots[index].problem;
  if (!problem.empty())
    fail(of_urls(row, header, at, problem, entry.text, hint_for(problem)));
  else if (entry.comma)
    warn(of_urls(row, header, at, "comma-in-url", entry.text,
                 "the comma was taken as part of the URL"));
  if (entry.gap)
    warn(of_urls(row, header, at, "empty-entry", entry.text,
                 "an empty entry behind this URL was left out"));
}

void sheet_findings::fail(sheet_issue issue) {
  issue.warning = false;
  sink_(std::move(issue));
}

void sheet_findings::warn(sheet_issue issue) {
  issue.warning = true;
  sink_(std::move(issue));
}

} // namespace pixmill
