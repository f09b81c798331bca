#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "model/outcome.hpp"

namespace rocksdb {
class WriteBatch;
} // namespace rocksdb

namespace pixmill::persistence {

class journal_database;

/// Returns whether slots that ended in `state` are in the index: all but
/// those that are done, which most are.
constexpr bool is_indexed(item_state state) noexcept {
  return is_terminal(state) && state != item_state::done;
}

/// Adds the slot of an outcome to the index, or takes it out.
void index_slot(rocksdb::WriteBatch& batch, const journal_database& database,
                std::string_view job, slot_id slot, const outcome& x);
void unindex_slot(rocksdb::WriteBatch& batch, const journal_database& database,
                  std::string_view job, slot_id slot, const outcome& x);

/// Which slots of a job are looked for; empty lists: all that are indexed.
struct index_filter {
  std::vector<item_state> states;
  std::vector<std::string> codes; ///< Failure words, such as `http_503`.
};

/// Walks the indexed slots of one job that match a filter, in slot order, at a
/// cost that depends on how many match and not on how large the job is.
/// It must not outlive its journal.
class index_cursor {
public:
  /// @param first From this slot on.
  index_cursor(const journal_database& database, std::string_view job,
               index_filter filter, slot_id first);
  ~index_cursor();
  index_cursor(index_cursor&&) noexcept;
  index_cursor& operator=(index_cursor&&) noexcept;

  /// Moves the next slot into `out`.
  /// @returns False when there is none.
  /// @retval errc::store_corrupt, errc::store
  caf::expected<bool> next(slot_id& out);

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill::persistence
