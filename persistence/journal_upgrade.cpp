#include "persistence/journal_upgrade.hpp"

#include <memory>
#include <string>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "persistence/item_index.hpp"
#include "persistence/journal_database.hpp"
#include "persistence/journal_keys.hpp"
#include "persistence/journal_purge.hpp"
#include "persistence/record_codec.hpp"
#include "persistence/settlement_trail.hpp"
#include "telemetry/log.hpp"

namespace pixmill::persistence {
namespace {

constexpr std::size_t batch_slots = 1'024;

/// Goes over all outcomes once, job after job.
class outcome_scan {
public:
  explicit outcome_scan(const journal_database& database)
      : database_{database}, trail_{database} {
    // nop
  }

  caf::expected<caf::unit_t> go() {
    const std::unique_ptr<rocksdb::Iterator> entry{
      database_.db().NewIterator({}, database_[family::slots])};
    for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
      const auto key = entry->key().ToStringView();
      if (job_of_key(key) != job_ || slots_.size() == batch_slots)
        if (auto written = write(job_of_key(key)); !written)
          return written;
      slot_id slot;
      outcome result;
      if (!parse_slot_key(key, job_prefix(job_), slot)
          || !decode(entry->value().ToStringView(), result))
        return database_.undecodable("slots", job_);
      index_slot(batch_, database_, job_, slot, result);
      slots_.push_back(slot);
    }
    if (!entry->status().ok())
      return database_.to_error(entry->status());
    return write({});
  }

private:
  caf::expected<caf::unit_t> write(std::string_view next_job) {
    trail_.append(batch_, job_, position_, slots_);
    if (const auto status = database_.db().Write({}, &batch_); !status.ok())
      return database_.to_error(status);
    batch_.Clear();
    position_ = next_job == job_ ? position_ + slots_.size() : 0;
    job_ = next_job;
    slots_.clear();
    return caf::unit;
  }

  const journal_database& database_;
  settlement_trail trail_;
  rocksdb::WriteBatch batch_;
  std::string job_;
  std::uint64_t position_ = 0;
  std::vector<slot_id> slots_;
};

} // namespace

caf::expected<caf::unit_t> upgrade_journal(const journal_database& database,
                                           std::uint32_t found) {
  if (found >= 3)
    return caf::unit;
  telemetry::log(telemetry::log_level::info,
                 "journal: its outcomes are being indexed, once");
  if (found < 2)
    if (auto indexed = outcome_scan{database}.go(); !indexed)
      return indexed;
  if (auto built = journal_purge{database}.build_references(); !built)
    return built;
  // Synced, and with it all that was written before.
  return database.store_schema();
}

} // namespace pixmill::persistence
