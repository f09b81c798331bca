#include "persistence/journal_writer.hpp"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "persistence/item_index.hpp"
#include "persistence/journal_keys.hpp"
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

std::string versioned(std::string_view bytes) {
  std::string value;
  value.reserve(bytes.size() + 1);
  value += value_version;
  value += bytes;
  return value;
}

} // namespace

// -- writing ------------------------------------------------------------------

caf::expected<caf::unit_t> journal_writer::write(rocksdb::WriteBatch& batch) {
  if (const auto status = database_->db().Write(synced(), &batch); !status.ok())
    return database_->to_error(status);
  return caf::unit;
}

void journal_writer::put_record(rocksdb::WriteBatch& batch,
                                const job_record& job) const {
  batch.Put((*database_)[family::jobs], record_key(job.id), encode(job));
}

caf::expected<caf::unit_t>
journal_writer::put_csv_chunk(std::string_view job, std::uint32_t index,
                              std::string_view bytes) {
  // Synced as all writes are, although accept_job would sync it too: so at most
  // the last record of the log can be torn, and whatever else is damaged was
  // acknowledged once. See log_damage.
  rocksdb::WriteBatch batch;
  batch.Put((*database_)[family::csv], chunk_key(job, index), versioned(bytes));
  return write(batch);
}

caf::expected<caf::unit_t> journal_writer::accept_job(const job_record& job,
                                                      std::string_view csv) {
  rocksdb::WriteBatch batch;
  if (!csv.empty())
    batch.Put((*database_)[family::csv], chunk_key(job.id, 0), versioned(csv));
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

// A job settles once in each attempt, however often its end is written.
caf::expected<std::optional<delivery>>
journal_writer::event_of_end(const job_record& job) const {
  constexpr auto none = std::nullopt;
  if (!is_terminal(job.state) || job.options.webhook_url.empty())
    return std::optional<delivery>{none};
  const auto before = reader_.job(job.id);
  if (!before)
    return before.error();
  if (is_terminal(before->state) && before->attempt == job.attempt)
    return std::optional<delivery>{none};
  const auto now = current_tally(job.id);
  if (!now)
    return now.error();
  return std::optional{
    settled_event(job, *now ? (*now)->counters : job_counters{}, unix_now())};
}

caf::expected<std::optional<outbox_entry>>
journal_writer::update_job(const job_record& job) {
  const auto event = event_of_end(job);
  if (!event)
    return event.error();
  rocksdb::WriteBatch batch;
  put_record(batch, job);
  if (*event)
    outbox_.put(batch, **event);
  if (auto written = write(batch); !written)
    return written.error();
  if (is_terminal(job.state))
    tallies_.erase(job.id);
  return *event ? std::optional{entry_of(**event)} : std::nullopt;
}

caf::expected<std::optional<journal_writer::tally>>
journal_writer::current_tally(const std::string& job) const {
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
journal_writer::stage(const slot_write& write,
                      std::unordered_set<std::string>& staged, changes& changed,
                      rocksdb::WriteBatch& batch) const {
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
  if (write.result.has_file())
    purge_.stage_reference(batch, write.result.sha256, write.job);
  staged.insert(std::move(key));
  return write_verdict::written;
}

caf::expected<std::vector<write_verdict>>
journal_writer::commit(const std::vector<slot_write>& writes) {
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
  const auto begun = std::chrono::steady_clock::now();
  if (auto written = write(batch); !written)
    return written.error();
  written_.count_batch(std::chrono::steady_clock::now() - begun);
  for (std::size_t i = 0; i < writes.size(); ++i)
    if (verdicts[i] == write_verdict::written)
      written_.count(writes[i].result);
  // Only now: a batch that failed has changed nothing.
  for (auto& [job, one] : changed)
    if (one.after)
      tallies_[job] = std::move(*one.after);
  return verdicts;
}

caf::expected<caf::unit_t>
journal_writer::reopen_slots(const job_record& job,
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
void journal_writer::forget_submission(rocksdb::WriteBatch& batch,
                                       const job_record& job) const {
  const auto holder =
    reader_.job_by_submission_key(job.tenant, job.submission_key);
  if (holder && *holder && (*holder)->id == job.id)
    batch.Delete((*database_)[family::idem],
                 submission_key(job.tenant, job.submission_key));
}

caf::expected<bool> journal_writer::erase_job(std::string_view id) {
  rocksdb::WriteBatch batch;
  const auto record = reader_.job(id);
  if (record) {
    if (!is_terminal(record->state))
      return make_error(errc::wrong_state, std::string{id} + " is not settled");
    batch.Delete((*database_)[family::idem],
                 fingerprint_key(record->fingerprint, id));
    forget_submission(batch, *record);
    purge_.stage_erasure(batch, *record, unix_now());
  } else if (code_of(record.error(), errc::store) != errc::no_such_job) {
    return record.error();
  }
  batch.Delete((*database_)[family::jobs], record_key(id));
  batch.Delete((*database_)[family::jobs], counters_key(id));
  for (const auto which : {family::csv, family::index, family::trail})
    batch.DeleteRange((*database_)[which], job_prefix(id), job_prefix_end(id));
  if (auto staged = outbox_.erase(batch, id); !staged)
    return staged.error();
  if (auto written = write(batch); !written)
    return written.error();
  tallies_.erase(std::string{id});
  return static_cast<bool>(record);
}

caf::expected<caf::unit_t> journal_writer::drop_unaccepted() {
  rocksdb::WriteBatch batch;
  if (auto found = drop_orphans(*database_, reader_, batch); !found)
    return found;
  if (batch.Count() == 0)
    return caf::unit;
  return write(batch);
}

caf::expected<caf::unit_t> journal_writer::probe() {
  // After a failed write RocksDB refuses all others until it is told to go on.
  // Whether that helped is what the write finds out.
  database_->db().Resume().PermitUncheckedError();
  rocksdb::WriteBatch batch;
  batch.Put((*database_)[family::meta], "probe",
            rocksdb::Slice{&value_version, 1});
  return write(batch);
}

} // namespace pixmill::persistence
