#include "persistence/journal_reader.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <rocksdb/db.h>

#include "persistence/journal_database.hpp"
#include "persistence/journal_keys.hpp"
#include "persistence/record_codec.hpp"

namespace pixmill::persistence {
namespace {

std::string describe(std::string_view job, slot_id slot) {
  return std::string{job} + " row " + std::to_string(slot.row) + " slot "
         + std::to_string(slot.index);
}

} // namespace

caf::expected<bool> journal_reader::get(family which, std::string_view key,
                                        std::string& value) const {
  const auto status =
    database_.db().Get(rocksdb::ReadOptions{}, database_[which], key, &value);
  if (status.IsNotFound())
    return false;
  if (!status.ok())
    return database_.to_error(status);
  return true;
}

caf::expected<bool> journal_reader::has_job(std::string_view id) const {
  std::string value;
  return get(family::jobs, record_key(id), value);
}

caf::expected<std::vector<job_record>> journal_reader::jobs() const {
  std::vector<job_record> result;
  const auto prefix = record_key({});
  const std::unique_ptr<rocksdb::Iterator> entry{
    database_.db().NewIterator({}, database_[family::jobs])};
  for (entry->Seek(prefix); entry->Valid() && entry->key().starts_with(prefix);
       entry->Next())
    if (!decode(entry->value().ToStringView(), result.emplace_back()))
      return database_.undecodable(
        "jobs", entry->key().ToStringView().substr(prefix.size()));
  if (!entry->status().ok())
    return database_.to_error(entry->status());
  std::stable_sort(
    result.begin(), result.end(),
    [](const auto& x, const auto& y) { return x.created_at < y.created_at; });
  return result;
}

caf::expected<job_record> journal_reader::job(std::string_view id) const {
  std::string value;
  const auto found = get(family::jobs, record_key(id), value);
  if (!found)
    return found.error();
  if (!*found)
    return make_error(errc::no_such_job, std::string{id});
  job_record record;
  if (!decode(value, record))
    return database_.undecodable("jobs", id);
  return record;
}

caf::expected<std::optional<job_record>>
journal_reader::job_by_fingerprint(std::string_view fingerprint) const {
  // Ids sort by time: the newest job is the last key of this fingerprint.
  const auto prefix = fingerprint_key(fingerprint, {});
  const std::unique_ptr<rocksdb::Iterator> entry{
    database_.db().NewIterator({}, database_[family::idem])};
  entry->SeekForPrev(prefix + '\xff');
  if (!entry->status().ok())
    return database_.to_error(entry->status());
  if (!entry->Valid() || !entry->key().starts_with(prefix))
    return std::optional<job_record>{};
  auto record = job(entry->key().ToStringView().substr(prefix.size()));
  if (!record)
    return record.error();
  return std::optional{std::move(*record)};
}

caf::expected<std::optional<job_record>>
journal_reader::job_by_submission_key(std::string_view tenant,
                                      std::string_view key) const {
  std::string value;
  if (key.empty())
    return std::optional<job_record>{};
  const auto found = get(family::idem, submission_key(tenant, key), value);
  if (!found)
    return found.error();
  if (!*found)
    return std::optional<job_record>{};
  auto record = job(std::string_view{value}.substr(1)); // Behind the version.
  if (!record)
    return record.error();
  return std::optional{std::move(*record)};
}

caf::expected<job_counters>
journal_reader::counters(std::string_view job) const {
  std::string value;
  job_counters result;
  const auto found = get(family::jobs, counters_key(job), value);
  if (!found)
    return found.error();
  if (*found && !decode(value, result))
    return database_.undecodable("jobs", "counters of " + std::string{job});
  return result;
}

caf::expected<std::string>
journal_reader::csv_chunk(std::string_view job, std::uint32_t index) const {
  std::string value;
  const auto found = get(family::csv, chunk_key(job, index), value);
  if (!found)
    return found.error();
  if (!*found)
    return std::string{};
  if (value.empty() || value[0] != value_version)
    return database_.undecodable("csv", std::string{job} + " chunk "
                                          + std::to_string(index));
  value.erase(0, 1);
  return value;
}

caf::expected<std::optional<outcome>> journal_reader::slot(std::string_view job,
                                                           slot_id slot) const {
  std::string value;
  const auto found = get(family::slots, slot_key(job, slot), value);
  if (!found)
    return found.error();
  if (!*found)
    return std::optional<outcome>{};
  std::optional<outcome> result{std::in_place};
  if (!decode(value, *result))
    return database_.undecodable("slots", describe(job, slot));
  return result;
}

slot_cursor journal_reader::slots_from(std::string_view job, slot_id first,
                                       journal_snapshot as_of) const {
  return {database_, job, first, std::move(as_of)};
}

index_cursor journal_reader::find_slots(std::string_view job,
                                        index_filter filter,
                                        slot_id first) const {
  return {database_, job, std::move(filter), first};
}

journal_snapshot journal_reader::snapshot() const {
  auto& db = database_.db();
  return {db.GetSnapshot(), [&db](const void* taken) {
            db.ReleaseSnapshot(static_cast<const rocksdb::Snapshot*>(taken));
          }};
}

} // namespace pixmill::persistence
