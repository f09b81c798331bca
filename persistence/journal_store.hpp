#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/delivery.hpp"
#include "model/job.hpp"
#include "model/outcome.hpp"
#include "persistence/audit_log.hpp"
#include "persistence/item_index.hpp"
#include "persistence/journal_purge.hpp"
#include "persistence/journal_tally.hpp"
#include "persistence/outbox.hpp"
#include "persistence/rate_history.hpp"
#include "persistence/settlement_trail.hpp"
#include "persistence/slot_cursor.hpp"
#include "persistence/token_store.hpp"

namespace pixmill::persistence {

/// An outcome on its way into the journal.
struct slot_write {
  std::string job;
  slot_id slot;
  outcome result;
};

/// What became of a `slot_write`.
enum class write_verdict : std::uint8_t {
  written,
  already_there, ///< The slot has an outcome; this one was dropped.
  no_such_job,   ///< The job was erased, or never accepted; dropped.
};

/// The truth of a head, on RocksDB. One thread writes (the JOURNAL actor);
/// any thread may read.
///
/// Column families: `meta`, `jobs`, `csv`, `slots`, `outbox`, `idem`,
/// `tokens`, `index`, `trail`, `deliveries`, `refs`, `audit`, `history`. Every
/// value starts with a version byte.
class journal_store {
public:
  /// 2 added the families `index` and `trail`, 3 `refs`.
  static constexpr std::uint32_t schema_version = 3;
  static constexpr std::size_t csv_chunk_bytes = 256 << 10;

  /// Opens or creates the journal.
  /// @retval errc::store_newer   Written by a newer schema; names both.
  /// @retval errc::store_corrupt Names the damaged file and the remedy.
  /// @retval errc::store_locked  Another process has it open.
  /// @retval errc::file_unwritable The folder cannot be made or written.
  static caf::expected<std::unique_ptr<journal_store>>
  open(const std::filesystem::path& folder);
  ~journal_store();

  // -- writing: one thread ---------------------------------------------------

  /// Stores one chunk of a CSV; synced on return. Without `accept_job` it is
  /// nobody's, see `drop_unaccepted`.
  caf::expected<caf::unit_t> put_csv_chunk(std::string_view job,
                                           std::uint32_t index,
                                           std::string_view bytes);

  /// Makes a job and its fingerprint durable, and the chunks that were stored
  /// before it its own: synced on return.
  /// @param csv The whole CSV, if no chunk was stored.
  caf::expected<caf::unit_t> accept_job(const job_record& job,
                                        std::string_view csv = {});

  /// Replaces the record of a job; synced on return. A job that settles and has
  /// a webhook leaves an event in the outbox, in the same batch.
  /// @returns That event, if there is one.
  caf::expected<std::optional<outbox_entry>> update_job(const job_record& job);

  /// Records outcomes and the counters they change in one synced batch. The
  /// first write of a slot wins, also within the batch.
  /// @returns A verdict for each write, in order.
  /// @retval errc::disk_full, errc::store Nothing of the batch was written.
  caf::expected<std::vector<write_verdict>>
  commit(const std::vector<slot_write>& writes);

  /// Forgets the outcomes of `slots` and stores `job` (its next attempt) in
  /// one synced batch.
  caf::expected<caf::unit_t> reopen_slots(const job_record& job,
                                          const std::vector<slot_id>& slots);

  /// Removes a settled job, its CSV and its events for all but `purge`, which
  /// is left to take away its outcomes and files. Removes the chunks of a
  /// submission that was never accepted.
  /// @returns Whether there is something left to purge.
  /// @retval errc::wrong_state The job is not settled.
  caf::expected<bool> erase_job(std::string_view job);

  /// Returns what takes erased jobs away.
  const journal_purge& purge() const noexcept;

  /// Returns what was written so far, for anyone to read.
  journal_tally& tally() const noexcept;

  /// Returns what no other journal is called.
  caf::expected<std::string> id();

  /// Removes the chunks of submissions that were never accepted.
  caf::expected<caf::unit_t> drop_unaccepted();

  /// Tries a small synced write, to find out whether space has come back.
  caf::expected<caf::unit_t> probe();

  // -- reading: any thread ---------------------------------------------------

  /// Returns all jobs, oldest first.
  caf::expected<std::vector<job_record>> jobs() const;

  /// @retval errc::no_such_job
  caf::expected<job_record> job(std::string_view id) const;

  /// Returns the newest job of a tenant whose sender called its request `key`,
  /// if any.
  caf::expected<std::optional<job_record>>
  job_by_submission_key(std::string_view tenant, std::string_view key) const;

  /// Returns the newest job with this fingerprint, if any.
  caf::expected<std::optional<job_record>>
  job_by_fingerprint(std::string_view fingerprint) const;

  /// Returns what the recorded outcomes of a job add up to.
  caf::expected<job_counters> counters(std::string_view job) const;

  /// Returns chunk `index` of a job's CSV; empty: past the end.
  caf::expected<std::string> csv_chunk(std::string_view job,
                                       std::uint32_t index) const;

  /// Returns the outcome of one slot, if it has one.
  caf::expected<std::optional<outcome>> slot(std::string_view job,
                                             slot_id slot) const;

  /// Calls `visit` for each recorded outcome in slot order, from `first` on,
  /// until it answers false.
  caf::expected<caf::unit_t> for_each_slot(
    std::string_view job, slot_id first,
    const std::function<bool(slot_id, const outcome&)>& visit) const;

  /// Returns a cursor over the recorded outcomes of a job in slot order, from
  /// `first` on. It must not outlive the journal.
  /// @param as_of Empty: as it is now.
  slot_cursor slots_from(std::string_view job, slot_id first,
                         journal_snapshot as_of = {}) const;

  /// Returns the journal as it is now. It must not outlive the journal.
  journal_snapshot snapshot() const;

  /// Returns a cursor over the slots whose outcome matches `filter`; those that
  /// are done are not found. It must not outlive the journal.
  index_cursor find_slots(std::string_view job, index_filter filter,
                          slot_id first) const;

  /// Returns the order in which the slots of jobs have settled.
  const settlement_trail& trail() const;

  /// Returns the events on their way to webhooks; who writes them is who writes
  /// the journal.
  outbox& events() noexcept;
  const outbox& events() const noexcept;

  /// Returns the tokens of this journal; who writes them is who writes it.
  token_store& tokens() noexcept;
  const token_store& tokens() const noexcept;

  /// Returns who did what; who writes it is who writes the journal.
  audit_log& audit() noexcept;
  const audit_log& audit() const noexcept;

  /// Returns the rates of the past; who writes them is who writes the journal.
  rate_history& history() noexcept;
  const rate_history& history() const noexcept;

private:
  class impl;
  explicit journal_store(std::unique_ptr<impl> impl);
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill::persistence
