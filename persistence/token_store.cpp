#include "persistence/token_store.hpp"

#include <memory>
#include <string>

#include <rocksdb/db.h>

#include "persistence/journal_database.hpp"
#include "persistence/record_codec.hpp"

namespace pixmill::persistence {
namespace {

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

} // namespace

caf::expected<caf::unit_t> token_store::put(const api_token& token) {
  const auto status = database_.db().Put(synced(), database_[family::tokens],
                                         token.id, encode(token));
  if (!status.ok())
    return database_.to_error(status);
  return caf::unit;
}

caf::expected<bool> token_store::erase(std::string_view id) {
  std::string value;
  const auto found = database_.db().Get(rocksdb::ReadOptions{},
                                        database_[family::tokens], id, &value);
  if (found.IsNotFound())
    return false;
  if (!found.ok())
    return database_.to_error(found);
  const auto status =
    database_.db().Delete(synced(), database_[family::tokens], id);
  if (!status.ok())
    return database_.to_error(status);
  return true;
}

caf::expected<std::vector<api_token>> token_store::all() const {
  // Ids sort by the time at which they were made.
  std::vector<api_token> result;
  const std::unique_ptr<rocksdb::Iterator> entry{
    database_.db().NewIterator({}, database_[family::tokens])};
  for (entry->SeekToFirst(); entry->Valid(); entry->Next())
    if (!decode(entry->value().ToStringView(), result.emplace_back()))
      return database_.undecodable("tokens", entry->key().ToStringView());
  if (!entry->status().ok())
    return database_.to_error(entry->status());
  return result;
}

} // namespace pixmill::persistence
