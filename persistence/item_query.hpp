#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "model/item.hpp"
#include "model/job.hpp"
#include "model/sheet.hpp"
#include "persistence/journal_store.hpp"

namespace pixmill::persistence {

/// What is known, besides the journal, of the slots that have no outcome.
struct slots_in_hand {
  std::vector<slot_id> active;  ///< Being worked on; in order.
  std::vector<slot_id> waiting; ///< Their turn will come; in order.
  bool more_waiting = false;    ///< `waiting` is only the first of them.
  /// Slots of later rows are in neither list.
  std::uint32_t rows_read = 0;
  /// Says how far an active slot is; empty: `downloading`.
  std::function<item_state(const item&)> stage{};
};

/// Where to look, and for how long.
struct item_bounds {
  slot_id first{1, 0};
  std::size_t limit = 100;
  std::chrono::milliseconds time{150};
};

/// Reads items of one job in slot order. Those that ended other than `done` are
/// found by the index, those under way by what is in hand; all others, and
/// those of a host, by going over them, for as long as `bounds.time`.
/// @param rules The rules under which its sheet was accepted.
caf::expected<item_page> read_items(const journal_store& journal,
                                    const job_record& job, sheet_rules rules,
                                    const item_filter& filter,
                                    const slots_in_hand& in_hand,
                                    item_bounds bounds);

/// Reads whole rows of one job.
/// @param bounds `first.index` is nothing; `limit` counts rows.
caf::expected<row_page> read_rows(const journal_store& journal,
                                  const job_record& job, sheet_rules rules,
                                  const slots_in_hand& in_hand,
                                  item_bounds bounds);

} // namespace pixmill::persistence
