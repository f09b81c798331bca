#include "persistence/journal_purge.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "persistence/journal_database.hpp"
#include "persistence/journal_keys.hpp"
#include "persistence/record_codec.hpp"
#include "persistence/slot_cursor.hpp"

namespace pixmill::persistence {
namespace {

constexpr std::size_t references_a_batch = 4'096;

using entries = std::unique_ptr<rocksdb::Iterator>;

// What a tombstone says: when it was set, in eight bytes, and whose the job
// was.
std::string tombstone(const job_record& job, unix_ms now) {
  std::string out{value_version};
  for (int shift = 56; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::uint64_t>(now) >> shift);
  return out + job.tenant;
}

constexpr std::size_t tombstone_head = 9;

unix_ms time_of(std::string_view value) {
  std::uint64_t out = 0;
  for (const char byte : value.substr(1, tombstone_head - 1))
    out = out << 8 | static_cast<unsigned char>(byte);
  return static_cast<unix_ms>(out);
}

} // namespace

caf::expected<caf::unit_t>
journal_purge::write(rocksdb::WriteBatch& batch) const {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  if (const auto status = database_.db().Write(synced, &batch); !status.ok())
    return database_.to_error(status);
  return caf::unit;
}

void journal_purge::stage_reference(rocksdb::WriteBatch& batch,
                                    std::string_view sha256,
                                    std::string_view job) const {
  batch.Put(database_[family::refs], reference_key(sha256, job),
            rocksdb::Slice{&value_version, 1});
}

void journal_purge::stage_erasure(rocksdb::WriteBatch& batch,
                                  const job_record& job, unix_ms now) const {
  batch.Put(database_[family::jobs], tombstone_key(job.id),
            tombstone(job, now));
  batch.Put(database_[family::jobs], purge_key(job.id),
            rocksdb::Slice{&value_version, 1});
}

caf::expected<caf::unit_t> journal_purge::build_references() const {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const entries slot{
    database_.db().NewIterator(options, database_[family::slots])};
  rocksdb::WriteBatch batch;
  outcome result;
  for (slot->SeekToFirst(); slot->Valid(); slot->Next()) {
    const auto job = job_of_key(slot->key().ToStringView());
    if (!decode(slot->value().ToStringView(), result))
      return database_.undecodable("slots", job);
    if (result.has_file())
      stage_reference(batch, result.sha256, job);
    if (static_cast<std::size_t>(batch.Count()) < references_a_batch)
      continue;
    if (auto written = write(batch); !written)
      return written;
    batch.Clear();
  }
  if (!slot->status().ok())
    return database_.to_error(slot->status());
  return batch.Count() == 0 ? caf::expected<caf::unit_t>{caf::unit}
                            : write(batch);
}

caf::expected<std::vector<std::string>> journal_purge::pending() const {
  std::vector<std::string> out;
  const auto prefix = purge_key({});
  const entries entry{database_.db().NewIterator({}, database_[family::jobs])};
  for (entry->Seek(prefix); entry->Valid() && entry->key().starts_with(prefix);
       entry->Next())
    out.emplace_back(entry->key().ToStringView().substr(prefix.size()));
  if (!entry->status().ok())
    return database_.to_error(entry->status());
  return out;
}

caf::expected<purge_slice> journal_purge::look(const purge_progress& at,
                                               std::size_t limit) const {
  slot_cursor cursor{database_, at.job, at.next};
  purge_slice out{.after = at, .more = true, .files = {}};
  slot_id slot;
  outcome result;
  for (std::size_t i = 0; i < limit; ++i) {
    const auto found = cursor.next(slot, result);
    if (!found)
      return found.error();
    out.more = *found;
    if (!out.more)
      break;
    out.after.next = {slot.row, static_cast<std::uint16_t>(slot.index + 1)};
    if (slot.index == 0xffff)
      out.after.next = {slot.row + 1, 0};
    if (result.has_file())
      out.files.emplace(std::move(result.sha256), result.format);
  }
  return out;
}

caf::expected<caf::unit_t>
journal_purge::forget(const purge_slice& slice) const {
  const auto& job = slice.after.job;
  rocksdb::WriteBatch batch;
  for (const auto& [sha256, format] : slice.files)
    batch.Delete(database_[family::refs], reference_key(sha256, job));
  if (!slice.more) {
    batch.DeleteRange(database_[family::slots], job_prefix(job),
                      job_prefix_end(job));
    batch.Delete(database_[family::jobs], purge_key(job));
  }
  return write(batch);
}

caf::expected<bool> journal_purge::is_named(std::string_view sha256,
                                            std::string_view except) const {
  const auto prefix = reference_key(sha256, {});
  const entries entry{database_.db().NewIterator({}, database_[family::refs])};
  for (entry->Seek(prefix); entry->Valid() && entry->key().starts_with(prefix);
       entry->Next())
    if (entry->key().ToStringView().substr(prefix.size()) != except)
      return true;
  if (!entry->status().ok())
    return database_.to_error(entry->status());
  return false;
}

caf::expected<std::optional<std::string>>
journal_purge::owner_of_erased(std::string_view job) const {
  std::string value;
  const auto status =
    database_.db().Get({}, database_[family::jobs], tombstone_key(job), &value);
  if (status.IsNotFound())
    return std::optional<std::string>{};
  if (!status.ok())
    return database_.to_error(status);
  if (value.size() < tombstone_head)
    return database_.undecodable("jobs", job);
  return std::optional{value.substr(tombstone_head)};
}

caf::expected<caf::unit_t> journal_purge::prune_tombstones(unix_ms now) const {
  const auto prefix = tombstone_key({});
  const entries entry{database_.db().NewIterator({}, database_[family::jobs])};
  std::vector<std::pair<unix_ms, std::string>> all;
  for (entry->Seek(prefix); entry->Valid() && entry->key().starts_with(prefix);
       entry->Next())
    if (entry->value().size() >= tombstone_head)
      all.emplace_back(time_of(entry->value().ToStringView()),
                       entry->key().ToString());
  if (!entry->status().ok())
    return database_.to_error(entry->status());
  std::sort(all.begin(), all.end());
  rocksdb::WriteBatch batch;
  const auto surplus =
    all.size() > remembered_jobs ? all.size() - remembered_jobs : 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i < surplus || all[i].first < now - remembered_for.count())
      batch.Delete(database_[family::jobs], all[i].second);
  return batch.Count() == 0 ? caf::expected<caf::unit_t>{caf::unit}
                            : write(batch);
}

} // namespace pixmill::persistence
