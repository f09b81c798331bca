#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "model/outcome.hpp"

namespace pixmill::persistence {

class journal_database;

/// The journal as it was at one moment, for cursors that must agree; the disk
/// space of what has since been erased stays taken while it lives.
using journal_snapshot = std::shared_ptr<const void>;

/// Walks the recorded outcomes of one job in slot order, as they were when the
/// cursor was made. It must not outlive its journal, and while it lives, the
/// disk space of what has since been erased stays taken.
class slot_cursor {
public:
  /// @param as_of Empty: as it is now.
  slot_cursor(const journal_database& database, std::string_view job,
              slot_id first, journal_snapshot as_of = {});
  ~slot_cursor();
  slot_cursor(slot_cursor&&) noexcept;
  slot_cursor& operator=(slot_cursor&&) noexcept;

  /// Moves the next outcome into `slot` and `result`.
  /// @returns False when there is none.
  /// @retval errc::store_corrupt, errc::store
  caf::expected<bool> next(slot_id& slot, outcome& result);

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill::persistence
