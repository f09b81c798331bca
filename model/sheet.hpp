#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/errc.hpp"
#include "model/job.hpp"

namespace pixmill {

/// One entry of a URL list.
struct sheet_slot {
  /// The URL as it will be requested, percent-encoded; or a path, where the
  /// rules allow local files. Empty when `problem` is set.
  std::string url;
  /// Why the entry cannot run, such as `url-scheme`; empty when it can.
  std::string problem;
};

/// One data row.
struct sheet_row {
  std::uint32_t row = 0;  ///< From 1, header not counted.
  std::uint64_t line = 0; ///< Physical line on which the row starts, from 1.
  std::vector<std::string> cells; ///< One for each column, in UTF-8.
  std::vector<sheet_slot> slots;  ///< In the order of the list.
};

/// What the header, or its absence, says about the columns.
struct sheet_header {
  bool present = false;           ///< Whether the first line is a header.
  std::vector<std::string> cells; ///< Echoed as they are; empty if absent.
  std::size_t width = 0;          ///< Number of columns.
  std::size_t serial = 0;         ///< Index of the serial column.
  std::size_t name = 1;           ///< Index of the product name column.
  std::size_t urls = 2;           ///< Index of the URL column.
  /// Index of an earlier run's `Output Image Urls`, or `npos`.
  std::size_t output = npos;
  char delimiter = ',';

  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

/// One thing that is wrong, or odd, in a sheet.
struct sheet_issue {
  std::uint32_t row = 0;  ///< Data row from 1; 0: the file or its header.
  std::uint64_t line = 0; ///< Physical line from 1; 0: the whole file.
  std::string column{};   ///< Header of the cell; empty: the whole row.
  int slot = -1;          ///< Position in the URL list from 0; -1: none.
  std::string code{};     ///< `url-scheme`, `comma-in-url`, …
  std::string value{};    ///< The offending text, shortened to 200 bytes.
  std::string hint{};     ///< What to do about it.
  bool warning = false;   ///< Whether the sheet may run all the same.
};

/// What a caller says about how to read a sheet, and how large it may be.
struct sheet_rules {
  column_names columns;
  bool assume_https = false;
  /// Folder against which scheme-less entries are looked up as files; empty:
  /// none are, and such an entry is the error `url-scheme`.
  std::string local_root;
  std::uint32_t max_rows = 1'000'000;
  std::uint64_t max_cell_bytes = 64ull << 20;
  std::uint32_t max_slots_per_row = 10'000;
  std::uint64_t max_bytes = 2ull << 30; ///< Of the sheet, uncompressed.
};

/// A place between two rows from which a sheet can be read on.
struct sheet_mark {
  std::uint32_t row = 0;    ///< The row that follows.
  std::uint64_t line = 0;   ///< Physical line on which it starts, from 1.
  std::uint64_t offset = 0; ///< Where it starts, in bytes of the file.

  bool operator==(const sheet_mark&) const = default;
};

/// Reads a sheet of products from bytes as they come, in memory bounded by one
/// row. Detects gzip, encoding, delimiter, header and the shapes of URL lists
/// (rules C1 to C17 of the contract).
///
/// The same bytes give the same rows however they are cut into `feed` calls.
class sheet_parser {
public:
  using issue_sink = std::function<void(sheet_issue)>;

  /// @param on_issue Is told each error and warning, in the file's order.
  sheet_parser(sheet_rules rules, issue_sink on_issue);
  ~sheet_parser();
  sheet_parser(sheet_parser&&) noexcept;
  sheet_parser& operator=(sheet_parser&&) noexcept;

  /// Takes the next bytes of the file.
  void feed(std::string_view bytes);

  /// Says that no more bytes come. Call `next` until it answers `false` then.
  void finish();

  /// Moves the next row into `out`, reusing its memory.
  /// @returns `false` when more bytes are needed, or the sheet has ended.
  bool next(sheet_row& out);

  /// Returns the place behind the row that `next` gave last. There is none in
  /// a file that is compressed or not UTF-8, nor after `resume`.
  std::optional<sheet_mark> mark() const;

  /// Goes to a mark of this sheet: the bytes from its offset on are to be fed
  /// next. The header must be known, see `header`.
  void resume(const sheet_mark& at);

  /// Returns whether the sheet cannot be read on: `xlsx-not-csv`, over a cap,
  /// … The sink has been told why.
  bool stopped() const noexcept;

  /// Returns the header; valid once `next` has answered `true` or the sheet
  /// has ended.
  const sheet_header& header() const noexcept;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

/// Near enough that skipping the rows behind a mark takes no time to speak of,
/// and far enough that a million rows have few marks.
inline constexpr std::uint32_t rows_between_marks = 64;

/// What a whole sheet comes to.
struct sheet_summary {
  job_totals totals;
  std::uint64_t errors_total = 0;
  std::uint64_t warnings_total = 0;
  std::vector<sheet_issue> errors;   ///< The first 1 000.
  std::vector<sheet_issue> warnings; ///< The first 1 000.
  std::uint64_t invalid_slots = 0;
  /// Where the sheet can be read on, one for every `rows_between_marks`.
  std::vector<sheet_mark> marks;
  bool stopped = false; ///< See `sheet_parser::stopped`.
  /// The cap that was passed, such as `max-rows`; empty: none.
  std::string limit;

  bool valid() const noexcept {
    return errors_total == 0;
  }

  /// Returns whether the sheet may run: it is valid, or `policy` leaves its bad
  /// cells.
  bool usable(invalid_policy policy) const noexcept {
    return valid()
           || (policy == invalid_policy::skip && !stopped && totals.rows > 0);
  }
};

/// Checks a sheet as it streams by and adds it up: rows, slots, unique URLs.
/// Duplicate serials are warned about here. Memory: 8 to 16 bytes a URL.
class sheet_validator {
public:
  explicit sheet_validator(sheet_rules rules);
  ~sheet_validator();
  sheet_validator(sheet_validator&&) noexcept;
  sheet_validator& operator=(sheet_validator&&) noexcept;

  void feed(std::string_view bytes);
  sheet_summary finish();

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill
