#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/outcome.hpp"

namespace rocksdb {
class WriteBatch;
} // namespace rocksdb

namespace pixmill::persistence {

class journal_database;

/// A slot at its place in the order in which the slots of a job have settled.
struct settlement {
  std::uint64_t position = 0; ///< From 0; never used again within the job.
  slot_id slot;

  bool operator==(const settlement&) const = default;
};

/// The order in which the slots of a job have settled: what a listener has seen
/// and what it has not is one number. One record for each commit, about 4 bytes
/// a slot. What a retry takes back leaves a gap.
class settlement_trail {
public:
  explicit settlement_trail(const journal_database& database)
      : database_{database} {
    // nop
  }

  /// Returns the position of the next slot that settles.
  caf::expected<std::uint64_t> end(std::string_view job) const;

  /// Returns at most `limit` settlements from a position on, in order.
  caf::expected<std::vector<settlement>>
  since(std::string_view job, std::uint64_t position, std::size_t limit) const;

  /// Adds slots that settle together.
  /// @param position The trail's end.
  void append(rocksdb::WriteBatch& batch, std::string_view job,
              std::uint64_t position, const std::vector<slot_id>& slots) const;

  /// Takes slots back out.
  /// @param slots In order.
  caf::expected<caf::unit_t> forget(rocksdb::WriteBatch& batch,
                                    std::string_view job,
                                    const std::vector<slot_id>& slots) const;

private:
  const journal_database& database_;
};

} // namespace pixmill::persistence
