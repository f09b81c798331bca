#include "persistence/audit_log.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <rocksdb/db.h>

#include "persistence/journal_database.hpp"
#include "persistence/record_codec.hpp"

namespace pixmill::persistence {
namespace {

// To count all entries takes milliseconds, so it is done now and then.
constexpr std::size_t trim_interval = 1'000;

} // namespace

caf::expected<caf::unit_t> audit_log::put(const audit_entry& entry) {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto status = database_.db().Put(synced, database_[family::audit],
                                         entry.id, encode(entry));
  if (!status.ok())
    return database_.to_error(status);
  if (++untrimmed_ < std::min(trim_interval, most_))
    return caf::unit;
  untrimmed_ = 0;
  return trim();
}

caf::expected<caf::unit_t> audit_log::trim() {
  const std::unique_ptr<rocksdb::Iterator> entry{
    database_.db().NewIterator({}, database_[family::audit])};
  std::size_t kept = 0;
  for (entry->SeekToLast(); entry->Valid() && kept < most_; entry->Prev())
    ++kept;
  if (!entry->status().ok())
    return database_.to_error(entry->status());
  if (!entry->Valid())
    return caf::unit;
  // From the oldest up to, and with, the one that is too many.
  const auto end = entry->key().ToString() + '\0';
  const auto status = database_.db().DeleteRange({}, database_[family::audit],
                                                 rocksdb::Slice{}, end);
  if (!status.ok())
    return database_.to_error(status);
  return caf::unit;
}

caf::expected<std::vector<audit_entry>>
audit_log::page(std::string_view before, std::size_t limit) const {
  std::vector<audit_entry> out;
  const std::unique_ptr<rocksdb::Iterator> entry{
    database_.db().NewIterator({}, database_[family::audit])};
  if (before.empty()) {
    entry->SeekToLast();
  } else {
    entry->SeekForPrev(rocksdb::Slice{before});
    if (entry->Valid() && entry->key().ToStringView() == before)
      entry->Prev();
  }
  for (; entry->Valid() && out.size() < limit; entry->Prev())
    if (!decode(entry->value().ToStringView(), out.emplace_back()))
      return database_.undecodable("audit", entry->key().ToStringView());
  if (!entry->status().ok())
    return database_.to_error(entry->status());
  return out;
}

} // namespace pixmill::persistence
