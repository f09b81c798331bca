#include "persistence/journal_store.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "persistence/item_index.hpp"
#include "persistence/journal_database.hpp"
#include "persistence/journal_keys.hpp"
#include "persistence/journal_reader.hpp"
#include "persistence/journal_upgrade.hpp"
#include "persistence/orphan_chunks.hpp"
#include "persistence/record_codec.hpp"
#include "persistence/settlement_trail.hpp"

namespace pixmill::persistence {
namespace {

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

} // namespace

class journal_store::impl {
public:
  explicit impl(std::unique_ptr<journal_database> database)
      : database_{std::move(database)}, reader_{*database_},
        tokens_{*database_}, trail_{*database_} {
    // nop
  }

  const journal_reader& reader() const noexcept {
    return reader_;
  }

  const settlement_trail& trail() const noexcept {
    return trail_;
  }

  caf::expected<caf::unit_t> put_csv_chunk(std::string_view job,
                                           std::uint32_t index,
                                           std::string_view bytes);
  caf::expected<caf::unit_t> accept_job(const job_record& job);
  caf::expected<caf::unit_t> update_job(const job_record& job);
  caf::expected<std::vector<write_verdict>>
  commit(const std::vector<slot_write>& writes);
  caf::expected<caf::unit_t> reopen_slots(const job_record& job,
                                          const std::vector<slot_id>& slots);
  caf::expected<caf::unit_t> erase_job(std::string_view job);
  caf::expected<caf::unit_t> drop_unaccepted();
  caf::expected<caf::unit_t> probe();

  token_store& tokens() noexcept {
    return tokens_;
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
  caf::expected<caf::unit_t> write(rocksdb::WriteBatch& batch);
  void put_record(rocksdb::WriteBatch& batch, const job_record& job) const;
  void forget_submission(rocksdb::WriteBatch& batch,
                         const job_record& job) const;

  std::unique_ptr<journal_database> database_;
  journal_reader reader_;
  token_store tokens_;
  settlement_trail trail_;
  // What the database holds, of jobs that are being worked on: the writer's.
  std::unordered_map<std::string, tally> tallies_;
};

// -- writing ------------------------------------------------------------------

caf::expected<caf::unit_t>
journal_store::impl::write(rocksdb::WriteBatch& batch) {
  if (const auto status = database_->db().Write(synced(), &batch); !status.ok())
    return database_->to_error(status);
  return caf::unit;
}

void journal_store::impl::put_record(rocksdb::WriteBatch& batch,
                                     const job_record& job) const {
  batch.Put((*database_)[family::jobs], record_key(job.id), encode(job));
}

caf::expected<caf::unit_t>
journal_store::impl::put_csv_chunk(std::string_view job, std::uint32_t index,
                                   std::string_view bytes) {
  std::string value;
  value.reserve(bytes.size() + 1);
  value += value_version;
  value += bytes;
  // Synced as all writes are, although accept_job would sync it too: so at most
  // the last record of the log can be torn, and whatever else is damaged was
  // acknowledged once. See log_damage.
  rocksdb::WriteBatch batch;
  batch.Put((*database_)[family::csv], chunk_key(job, index), value);
  return write(batch);
}

caf::expected<caf::unit_t>
journal_store::impl::accept_job(const job_record& job) {
  rocksdb::WriteBatch batch;
  put_record(batch, job);
  if (!job.fingerprint.empty())
    batch.Put((*database_)[family::idem],
              fingerprint_key(job.fingerprint, job.id),
              rocksdb::Slice{&value_version, 1});
  if (!job.submission_key.empty())
    batch.Put((*database_)[family::idem],
              submission_key(job.tenant, job.submission_key),
              std::string{value_version} + job.id);
  return write(batch);
}

caf::expected<caf::unit_t>
journal_store::impl::update_job(const job_record& job) {
  rocksdb::WriteBatch batch;
  put_record(batch, job);
  auto written = write(batch);
  if (written && is_terminal(job.state))
    tallies_.erase(job.id);
  return written;
}

caf::expected<std::optional<journal_store::impl::tally>>
journal_store::impl::current_tally(const std::string& job) const {
  if (const auto known = tallies_.find(job); known != tallies_.end())
    return std::optional{known->second};
  const auto exists = reader_.has_job(job);
  if (!exists)
    return exists.error();
  if (!*exists)
    return std::optional<tally>{};
  auto stored = reader_.counters(job);
  if (!stored)
    return stored.error();
  const auto end = trail_.end(job);
  if (!end)
    return end.error();
  return std::optional{tally{std::move(*stored), *end}};
}

caf::expected<write_verdict>
journal_store::impl::stage(const slot_write& write,
                           std::unordered_set<std::string>& staged,
                           changes& changed, rocksdb::WriteBatch& batch) const {
  auto counted = changed.find(write.job);
  if (counted == changed.end()) {
    auto before = current_tally(write.job);
    if (!before)
      return before.error();
    counted = changed.emplace(write.job, change{std::move(*before), {}}).first;
  }
  // Without this, a late outcome would leave records that nobody ever erases.
  if (!counted->second.after)
    return write_verdict::no_such_job;
  auto key = slot_key(write.job, write.slot);
  if (staged.contains(key))
    return write_verdict::already_there;
  rocksdb::PinnableSlice found;
  const auto status = database_->db().Get(
    rocksdb::ReadOptions{}, (*database_)[family::slots], key, &found);
  if (status.ok())
    return write_verdict::already_there;
  if (!status.IsNotFound())
    return database_->to_error(status);
  batch.Put((*database_)[family::slots], key, encode(write.result));
  index_slot(batch, *database_, write.job, write.slot, write.result);
  counted->second.after->counters.add(write.result);
  counted->second.settled.push_back(write.slot);
  staged.insert(std::move(key));
  return write_verdict::written;
}

caf::expected<std::vector<write_verdict>>
journal_store::impl::commit(const std::vector<slot_write>& writes) {
  rocksdb::WriteBatch batch;
  std::unordered_set<std::string> staged;
  changes changed;
  std::vector<write_verdict> verdicts;
  verdicts.reserve(writes.size());
  for (const auto& one : writes) {
    const auto verdict = stage(one, staged, changed, batch);
    if (!verdict)
      return verdict.error();
    verdicts.push_back(*verdict);
  }
  if (staged.empty())
    return verdicts;
  for (auto& [job, one] : changed) {
    if (one.settled.empty())
      continue;
    batch.Put((*database_)[family::jobs], counters_key(job),
              encode(one.after->counters));
    trail_.append(batch, job, one.after->trail_end, one.settled);
    one.after->trail_end += one.settled.size();
  }
  if (auto written = write(batch); !written)
    return written.error();
  // Only now: a batch that failed has changed nothing.
  for (auto& [job, one] : changed)
    if (one.after)
      tallies_[job] = std::move(*one.after);
  return verdicts;
}

caf::expected<caf::unit_t>
journal_store::impl::reopen_slots(const job_record& job,
                                  const std::vector<slot_id>& slots) {
  auto after = current_tally(job.id);
  if (!after)
    return after.error();
  if (!*after)
    return make_error(errc::no_such_job, job.id);
  auto& counters = (*after)->counters;
  rocksdb::WriteBatch batch;
  std::unordered_set<std::string> staged;
  for (const auto id : slots) {
    auto key = slot_key(job.id, id);
    const auto recorded = reader_.slot(job.id, id);
    if (!recorded)
      return recorded.error();
    if (!*recorded || !staged.insert(key).second)
      continue;
    counters.remove(**recorded);
    unindex_slot(batch, *database_, job.id, id, **recorded);
    batch.Delete((*database_)[family::slots], key);
  }
  auto in_order = slots;
  std::sort(in_order.begin(), in_order.end());
  if (auto forgotten = trail_.forget(batch, job.id, in_order); !forgotten)
    return forgotten;
  put_record(batch, job);
  batch.Put((*database_)[family::jobs], counters_key(job.id), encode(counters));
  if (auto written = write(batch); !written)
    return written;
  tallies_[job.id] = std::move(**after);
  return caf::unit;
}

// A later job may have taken the key over.
void journal_store::impl::forget_submission(rocksdb::WriteBatch& batch,
                                            const job_record& job) const {
  const auto holder =
    reader_.job_by_submission_key(job.tenant, job.submission_key);
  if (holder && *holder && (*holder)->id == job.id)
    batch.Delete((*database_)[family::idem],
                 submission_key(job.tenant, job.submission_key));
}

caf::expected<caf::unit_t> journal_store::impl::erase_job(std::string_view id) {
  rocksdb::WriteBatch batch;
  if (const auto record = reader_.job(id); record) {
    batch.Delete((*database_)[family::idem],
                 fingerprint_key(record->fingerprint, id));
    forget_submission(batch, *record);
  } else if (code_of(record.error(), errc::store) != errc::no_such_job)
    return record.error();
  batch.Delete((*database_)[family::jobs], record_key(id));
  batch.Delete((*database_)[family::jobs], counters_key(id));
  for (const auto which :
       {family::csv, family::slots, family::index, family::trail})
    batch.DeleteRange((*database_)[which], job_prefix(id), job_prefix_end(id));
  if (auto written = write(batch); !written)
    return written;
  tallies_.erase(std::string{id});
  return caf::unit;
}

caf::expected<caf::unit_t> journal_store::impl::drop_unaccepted() {
  rocksdb::WriteBatch batch;
  if (auto found = drop_orphans(*database_, reader_, batch); !found)
    return found;
  if (batch.Count() == 0)
    return caf::unit;
  return write(batch);
}

caf::expected<caf::unit_t> journal_store::impl::probe() {
  // After a failed write RocksDB refuses all others until it is told to go on.
  // Whether that helped is what the write finds out.
  database_->db().Resume().PermitUncheckedError();
  rocksdb::WriteBatch batch;
  batch.Put((*database_)[family::meta], "probe",
            rocksdb::Slice{&value_version, 1});
  return write(batch);
}

// -- the interface ------------------------------------------------------------

caf::expected<std::unique_ptr<journal_store>>
journal_store::open(const std::filesystem::path& folder) {
  auto database = journal_database::open(folder, schema_version);
  if (!database)
    return database.error();
  if (auto upgraded = upgrade_journal(**database, (*database)->found_schema());
      !upgraded)
    return upgraded.error();
  return std::unique_ptr<journal_store>{
    new journal_store{std::make_unique<impl>(std::move(*database))}};
}

journal_store::journal_store(std::unique_ptr<impl> opened)
    : impl_{std::move(opened)} {
  // nop
}

journal_store::~journal_store() = default;

caf::expected<caf::unit_t>
journal_store::put_csv_chunk(std::string_view job, std::uint32_t index,
                             std::string_view bytes) {
  return impl_->put_csv_chunk(job, index, bytes);
}

caf::expected<caf::unit_t> journal_store::accept_job(const job_record& job) {
  return impl_->accept_job(job);
}

caf::expected<caf::unit_t> journal_store::update_job(const job_record& job) {
  return impl_->update_job(job);
}

caf::expected<std::vector<write_verdict>>
journal_store::commit(const std::vector<slot_write>& writes) {
  return impl_->commit(writes);
}

caf::expected<caf::unit_t>
journal_store::reopen_slots(const job_record& job,
                            const std::vector<slot_id>& slots) {
  return impl_->reopen_slots(job, slots);
}

caf::expected<caf::unit_t> journal_store::erase_job(std::string_view job) {
  return impl_->erase_job(job);
}

caf::expected<caf::unit_t> journal_store::drop_unaccepted() {
  return impl_->drop_unaccepted();
}

caf::expected<caf::unit_t> journal_store::probe() {
  return impl_->probe();
}

caf::expected<std::vector<job_record>> journal_store::jobs() const {
  return impl_->reader().jobs();
}

caf::expected<job_record> journal_store::job(std::string_view id) const {
  return impl_->reader().job(id);
}

caf::expected<std::optional<job_record>>
journal_store::job_by_submission_key(std::string_view tenant,
                                     std::string_view key) const {
  return impl_->reader().job_by_submission_key(tenant, key);
}

caf::expected<std::optional<job_record>>
journal_store::job_by_fingerprint(std::string_view fingerprint) const {
  return impl_->reader().job_by_fingerprint(fingerprint);
}

caf::expected<job_counters>
journal_store::counters(std::string_view job) const {
  return impl_->reader().counters(job);
}

token_store& journal_store::tokens() noexcept {
  return impl_->tokens();
}

const token_store& journal_store::tokens() const noexcept {
  return impl_->tokens();
}

caf::expected<std::string> journal_store::csv_chunk(std::string_view job,
                                                    std::uint32_t index) const {
  return impl_->reader().csv_chunk(job, index);
}

caf::expected<std::optional<outcome>> journal_store::slot(std::string_view job,
                                                          slot_id slot) const {
  return impl_->reader().slot(job, slot);
}

slot_cursor journal_store::slots_from(std::string_view job, slot_id first,
                                      journal_snapshot as_of) const {
  return impl_->reader().slots_from(job, first, std::move(as_of));
}

journal_snapshot journal_store::snapshot() const {
  return impl_->reader().snapshot();
}

index_cursor journal_store::find_slots(std::string_view job,
                                       index_filter filter,
                                       slot_id first) const {
  return impl_->reader().find_slots(job, std::move(filter), first);
}

const settlement_trail& journal_store::trail() const {
  return impl_->trail();
}

caf::expected<caf::unit_t> journal_store::for_each_slot(
  std::string_view job, slot_id first,
  const std::function<bool(slot_id, const outcome&)>& visit) const {
  auto cursor = slots_from(job, first);
  slot_id slot;
  outcome result;
  for (;;) {
    const auto more = cursor.next(slot, result);
    if (!more)
      return more.error();
    if (!*more || !visit(slot, result))
      return caf::unit;
  }
}

} // namespace pixmill::persistence
