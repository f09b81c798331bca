#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "persistence/audit_log.hpp"
#include "persistence/journal_database.hpp"
#include "persistence/journal_reader.hpp"
#include "persistence/journal_store.hpp"
#include "persistence/rate_history.hpp"

namespace rocksdb {
class WriteBatch;
}

namespace pixmill::persistence {

/// The writing half of `journal_store`, which documents it.
/// @note One thread.
class journal_writer {
public:
  explicit journal_writer(std::unique_ptr<journal_database> database)
      : database_{std::move(database)}, reader_{*database_},
        tokens_{*database_}, trail_{*database_}, outbox_{*database_},
        purge_{*database_}, audit_{*database_}, history_{*database_} {
    // nop
  }

  const journal_reader& reader() const noexcept {
    return reader_;
  }

  const settlement_trail& trail() const noexcept {
    return trail_;
  }

  journal_tally& written() noexcept {
    return written_;
  }

  const journal_purge& purge() const noexcept {
    return purge_;
  }

  caf::expected<std::string> id() {
    return database_->id();
  }

  outbox& events() noexcept {
    return outbox_;
  }

  caf::expected<caf::unit_t> put_csv_chunk(std::string_view job,
                                           std::uint32_t index,
                                           std::string_view bytes);
  caf::expected<caf::unit_t> accept_job(const job_record& job,
                                        std::string_view csv);
  caf::expected<std::optional<outbox_entry>> update_job(const job_record& job);
  caf::expected<std::vector<write_verdict>>
  commit(const std::vector<slot_write>& writes);
  caf::expected<caf::unit_t> reopen_slots(const job_record& job,
                                          const std::vector<slot_id>& slots);
  caf::expected<bool> erase_job(std::string_view job);
  caf::expected<caf::unit_t> drop_unaccepted();
  caf::expected<caf::unit_t> probe();

  token_store& tokens() noexcept {
    return tokens_;
  }

  audit_log& audit() noexcept {
    return audit_;
  }

  rate_history& history() noexcept {
    return history_;
  }

private:
  /// What the outcomes of a job have come to so far.
  struct tally {
    job_counters counters;
    std::uint64_t trail_end = 0;
  };
  /// What one batch changes of a job; no tally: there is no such job.
  struct change {
    std::optional<tally> after;
    std::vector<slot_id> settled;
  };
  using changes = std::map<std::string, change>;

  caf::expected<write_verdict> stage(const slot_write& write,
                                     std::unordered_set<std::string>& staged,
                                     changes& changed,
                                     rocksdb::WriteBatch& batch) const;
  caf::expected<std::optional<tally>>
  current_tally(const std::string& job) const;
  caf::expected<std::optional<delivery>>
  event_of_end(const job_record& job) const;
  caf::expected<caf::unit_t> write(rocksdb::WriteBatch& batch);
  void put_record(rocksdb::WriteBatch& batch, const job_record& job) const;
  void forget_submission(rocksdb::WriteBatch& batch,
                         const job_record& job) const;

  std::unique_ptr<journal_database> database_;
  journal_reader reader_;
  token_store tokens_;
  settlement_trail trail_;
  outbox outbox_;
  journal_purge purge_;
  audit_log audit_;
  rate_history history_;
  journal_tally written_;
  // What the database holds, of jobs that are being worked on: the writer's.
  std::unordered_map<std::string, tally> tallies_;
};

} // namespace pixmill::persistence
