#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/delivery.hpp"
#include "persistence/journal_database.hpp"

namespace rocksdb {
class WriteBatch;
}

namespace pixmill::persistence {

/// Events on their way to webhooks, and the log of their attempts: the column
/// families `outbox` (due time and event, in this order) and `deliveries`. A
/// new event goes into the batch that makes durable what it tells of.
class outbox {
public:
  explicit outbox(const journal_database& database) : database_{database} {}

  // -- into a batch -----------------------------------------------------------

  /// Adds a new event.
  void put(rocksdb::WriteBatch& batch, const delivery& event) const;

  /// Removes all events of a job.
  caf::expected<caf::unit_t> erase(rocksdb::WriteBatch& batch,
                                   std::string_view job) const;

  // -- writing: one thread ----------------------------------------------------

  /// Replaces an event, and says what is known of its receiver: synced on
  /// return. Nothing happens when its job was erased.
  /// @retval errc::disk_full, errc::store
  caf::expected<caf::unit_t> replace(const delivery& event, receiver_mark mark);

  // -- reading: any thread ----------------------------------------------------

  /// Returns the events that are not settled, those due first in front.
  caf::expected<std::vector<outbox_entry>> pending() const;

  /// Returns the events of a job, oldest first.
  caf::expected<std::vector<delivery>> of_job(std::string_view job) const;

  /// Events of all jobs, newest first.
  struct page {
    std::vector<delivery> events;
    std::string next; ///< Where the next one begins; empty: this is the last.
  };

  /// Returns at most `limit` events; fewer, though it is not the last page,
  /// when looking takes longer than `time`.
  /// @param before Only those older than this one; empty: all.
  /// @param state  Only those in it; nothing: in any.
  caf::expected<page> newest(std::string_view before,
                             std::optional<delivery_state> state,
                             std::size_t limit,
                             std::chrono::milliseconds time) const;

  /// @retval errc::no_such_delivery
  caf::expected<delivery> find(std::string_view event) const;

  /// Returns whether the receiver at `url` has said that it wants no more.
  caf::expected<bool> is_gone(std::string_view url) const;

private:
  caf::expected<std::optional<std::string>> get(std::string_view key) const;
  caf::expected<std::optional<delivery>> stored(std::string_view job,
                                                std::string_view event) const;

  const journal_database& database_;
};

} // namespace pixmill::persistence
