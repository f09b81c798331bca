#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/job.hpp"
#include "model/sheet.hpp"
#include "persistence/journal_store.hpp"

namespace pixmill::persistence {

/// The chunk of a job's CSV that holds no CSV but the marks of its sheet. No
/// sheet is so long that it would get there.
inline constexpr std::uint32_t marks_chunk = UINT32_MAX;

/// Reads the rows of a stored sheet, from its start or from any row on: from
/// the mark before it, where there are marks, else by reading up to it.
class sheet_walk {
public:
  /// @param rules The rules under which the sheet was accepted.
  sheet_walk(const journal_store& journal, const job_record& job,
             sheet_rules rules);

  /// Goes to a row: `next` reads it.
  /// @param row From 1.
  caf::expected<caf::unit_t> seek(std::uint32_t row);

  /// Reads the next row.
  /// @returns False when there is none.
  /// @retval errc::store_corrupt, errc::store, errc::csv_invalid
  caf::expected<bool> next();

  /// The row that was read last.
  const sheet_row& row() const noexcept {
    return row_;
  }

  /// Valid once a row has been read, or there was none.
  const sheet_header& header() const noexcept {
    return parser_->header();
  }

private:
  caf::expected<bool> feed();
  caf::expected<bool> read();
  caf::expected<std::optional<sheet_mark>> mark_before(std::uint32_t row);
  caf::expected<caf::unit_t> resume(const sheet_mark& mark);
  void begin();

  const journal_store& journal_;
  std::string job_;
  std::uint64_t csv_bytes_;
  sheet_rules rules_;
  std::optional<sheet_parser> parser_;
  sheet_row row_;
  bool held_ = false; ///< `row_` was read, but nobody has asked for it.
  std::uint32_t next_row_ = 1;
  // What the parser has not been given yet.
  std::uint32_t next_chunk_ = 0;
  std::string chunk_;
  std::size_t chunk_used_ = 0;
  std::size_t step_ = 0;
  std::uint64_t fed_bytes_ = 0;
  bool fed_all_ = false;
  std::optional<std::vector<sheet_mark>> marks_;
};

} // namespace pixmill::persistence
