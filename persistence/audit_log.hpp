#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/audit_entry.hpp"

namespace pixmill::persistence {

class journal_database;

/// Who did what to the service: the column family `audit`. The oldest entries
/// go when there are more than may be.
class audit_log {
public:
  static constexpr std::size_t most_entries = 100'000;

  /// @param database Outlives it.
  /// @param most     Entries that are kept, roughly.
  explicit audit_log(const journal_database& database,
                     std::size_t most = most_entries)
      : database_{database}, most_{most} {}

  /// Makes an entry durable: synced on return. One thread writes.
  /// @retval errc::disk_full, errc::store
  caf::expected<caf::unit_t> put(const audit_entry& entry);

  /// Returns at most `limit` entries, newest first. Thread-safe.
  /// @param before Only those older than this one; empty: from the newest on.
  caf::expected<std::vector<audit_entry>> page(std::string_view before,
                                               std::size_t limit) const;

private:
  caf::expected<caf::unit_t> trim();

  const journal_database& database_;
  std::size_t most_;
  std::size_t untrimmed_ = 0; ///< Written since the last time.
};

} // namespace pixmill::persistence
