#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "model/outcome.hpp"
#include "model/sheet.hpp"

namespace pixmill {

/// How a results file is to look.
struct results_style {
  bool full = false;     ///< Adds the columns of `report=full`.
  bool csv_safe = false; ///< Neutralises cells that a spreadsheet would run.
  /// Makes the text that stands for a stored file: a URL, or a path relative
  /// to the results file. Called for slots with a file only.
  std::function<std::string(const sheet_row&, std::size_t slot, const outcome&)>
    link;
};

/// Writes the input back with `Output Image Urls`, one line a row.
///
/// Lines end in `\n` and cells are quoted only where RFC 4180 asks for it; the
/// delimiter is the input's. The list of links is `,`-joined with one entry a
/// slot, empty where there is no file; a comma inside a link becomes `%2C`. It
/// goes where an earlier run left such a column, else behind the last one.
///
/// The columns of `report=full` follow it, or go where an earlier run left all
/// of them; those that reports have not always had are a group of their own
/// behind the others. Their entries are `;`-joined, one a slot, and empty where
/// nothing is known; `Error` is the failure's word, and `target_not_reached`
/// for a file that is heavier than asked.
class results_csv {
public:
  results_csv(const sheet_header& header, results_style style);

  /// Appends the header line to `out`; nothing when the input had none.
  void write_header(std::string& out) const;

  /// Appends one row to `out`.
  /// @param outcomes One for each slot; `pending` where there is none yet.
  void write_row(const sheet_row& row, std::span<const outcome> outcomes,
                 std::string& out) const;

private:
  std::string links(const sheet_row& row,
                    std::span<const outcome> outcomes) const;
  /// Columns that stand together.
  struct column_group {
    std::span<const std::string_view> names;
    std::string (*entry)(std::size_t column, const outcome&);
    std::size_t at; ///< Where an earlier run left them; `npos`: nowhere.
  };

  void append_report(const column_group& group, std::size_t column,
                     std::span<const outcome> outcomes, std::string& out) const;
  bool append_report_at(std::size_t column, std::span<const outcome> outcomes,
                        std::string& out) const;

  sheet_header header_;
  results_style style_;
  std::array<column_group, 2> groups_;
};

/// Writes the rows that have failed slots, with just those URLs, so that the
/// file can be submitted as it is.
///
/// An entry that was invalid to begin with has no URL and would be refused
/// again, so it is left out. A row of nothing else is written as it was, for a
/// person to correct.
class failed_csv {
public:
  explicit failed_csv(const sheet_header& header);
  void write_header(std::string& out) const;
  /// Appends the row to `out` if any slot failed or was canceled or skipped.
  void write_row(const sheet_row& row, std::span<const outcome> outcomes,
                 std::string& out) const;

private:
  sheet_header header_;
};

/// Appends one JSON object and a newline for each slot of `row`. What is not
/// known is `null`.
void write_jsonl(const sheet_row& row, std::span<const outcome> outcomes,
                 const results_style& style, const sheet_header& header,
                 std::string& out);

} // namespace pixmill
