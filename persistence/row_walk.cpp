#include "persistence/row_walk.hpp"

#include <utility>

namespace pixmill::persistence {

row_walk::row_walk(const journal_store& journal, const job_record& job,
                   sheet_rules rules, journal_snapshot as_of)
    : journal_{journal}, job_{job.id}, as_of_{std::move(as_of)},
      unanswered_{unanswered(job)}, sheet_{journal, job, std::move(rules)},
      cursor_{journal.slots_from(job.id, {}, as_of_)} {
  // nop
}

caf::expected<caf::unit_t> row_walk::seek(std::uint32_t row) {
  cursor_ = journal_.slots_from(job_, {row, 0}, as_of_);
  cursor_started_ = false;
  return sheet_.seek(row);
}

caf::expected<bool> row_walk::next() {
  const auto more = sheet_.next();
  if (!more || !*more)
    return more;
  if (auto collected = collect(); !collected)
    return collected.error();
  return true;
}

caf::expected<caf::unit_t> row_walk::advance() {
  const auto more = cursor_.next(at_, recorded_);
  if (!more)
    return more.error();
  if (!*more)
    at_.row = 0;
  return caf::unit;
}

// Both come in order of rows, so that one pass over each joins them.
caf::expected<caf::unit_t> row_walk::collect() {
  const auto& row = sheet_.row();
  outcomes_.assign(row.slots.size(), unanswered_);
  if (!std::exchange(cursor_started_, true))
    if (auto moved = advance(); !moved)
      return moved;
  while (at_.row != 0 && at_.row <= row.row) {
    if (at_.row == row.row && at_.index < outcomes_.size())
      outcomes_[at_.index] = std::move(recorded_);
    if (auto moved = advance(); !moved)
      return moved;
  }
  return caf::unit;
}

} // namespace pixmill::persistence
