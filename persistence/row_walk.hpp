#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/outcome.hpp"
#include "persistence/sheet_walk.hpp"
#include "persistence/slot_cursor.hpp"

namespace pixmill::persistence {

/// Walks the rows of one job with the outcomes of their slots, in bounded
/// memory. It must not outlive the journal.
class row_walk {
public:
  /// @param rules The rules under which the sheet was accepted.
  /// @param as_of Empty: the outcomes as they are now.
  row_walk(const journal_store& journal, const job_record& job,
           sheet_rules rules, journal_snapshot as_of = {});

  /// Goes to a row: `next` reads it.
  caf::expected<caf::unit_t> seek(std::uint32_t row);

  /// Reads the next row and its outcomes.
  /// @returns False when there is none.
  caf::expected<bool> next();

  const sheet_row& row() const noexcept {
    return sheet_.row();
  }

  /// One for each slot of the row; `unanswered` where none is recorded.
  std::span<const outcome> outcomes() const noexcept {
    return outcomes_;
  }

  const sheet_header& header() const noexcept {
    return sheet_.header();
  }

private:
  caf::expected<caf::unit_t> collect();
  caf::expected<caf::unit_t> advance();

  const journal_store& journal_;
  std::string job_;
  journal_snapshot as_of_;
  outcome unanswered_;
  sheet_walk sheet_;
  std::vector<outcome> outcomes_;
  // The outcome that the cursor stands at; of no row (0) once there is none.
  slot_cursor cursor_;
  bool cursor_started_ = false;
  slot_id at_;
  outcome recorded_;
};

} // namespace pixmill::persistence
