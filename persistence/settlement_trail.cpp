#include "persistence/settlement_trail.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "persistence/journal_database.hpp"
#include "persistence/journal_keys.hpp"
#include "persistence/record_codec.hpp"

namespace pixmill::persistence {
namespace {

using iterator = std::unique_ptr<rocksdb::Iterator>;

iterator iterate(const journal_database& database) {
  return iterator{database.db().NewIterator({}, database[family::trail])};
}

// One record: the slots of one commit. A slot of row 0 has been taken back.
struct stretch {
  std::uint64_t first = 0;
  std::vector<slot_id> slots;
};

// Reads the record under `entry`; false: it is of another job, or there is
// none.
caf::expected<bool> read(const journal_database& database,
                         const rocksdb::Iterator& entry,
                         std::string_view prefix, stretch& out) {
  if (!entry.status().ok())
    return database.to_error(entry.status());
  if (!entry.Valid() || !entry.key().starts_with(prefix))
    return false;
  if (!parse_trail_key(entry.key().ToStringView(), prefix, out.first)
      || !decode(entry.value().ToStringView(), out.slots))
    return database.undecodable("trail", prefix.substr(0, prefix.size() - 1));
  return true;
}

} // namespace

caf::expected<std::uint64_t> settlement_trail::end(std::string_view job) const {
  const auto entry = iterate(database_);
  entry->SeekForPrev(job_prefix_end(job));
  stretch last;
  const auto found = read(database_, *entry, job_prefix(job), last);
  if (!found)
    return found.error();
  return *found ? last.first + last.slots.size() : 0;
}

caf::expected<std::vector<settlement>>
settlement_trail::since(std::string_view job, std::uint64_t position,
                        std::size_t limit) const {
  const auto prefix = job_prefix(job);
  const auto entry = iterate(database_);
  // The record that holds the position begins at it or before it.
  entry->SeekForPrev(trail_key(job, position));
  if (!entry->Valid() || !entry->key().starts_with(prefix))
    entry->Seek(prefix);
  std::vector<settlement> out;
  stretch next;
  for (;; entry->Next()) {
    const auto found = read(database_, *entry, prefix, next);
    if (!found)
      return found.error();
    if (!*found)
      return out;
    for (std::size_t i = 0; i < next.slots.size(); ++i) {
      if (next.first + i < position || next.slots[i].row == 0)
        continue;
      if (out.size() == limit)
        return out;
      out.push_back({next.first + i, next.slots[i]});
    }
  }
}

void settlement_trail::append(rocksdb::WriteBatch& batch, std::string_view job,
                              std::uint64_t position,
                              const std::vector<slot_id>& slots) const {
  if (!slots.empty())
    batch.Put(database_[family::trail], trail_key(job, position),
              encode(slots));
}

caf::expected<caf::unit_t>
settlement_trail::forget(rocksdb::WriteBatch& batch, std::string_view job,
                         const std::vector<slot_id>& slots) const {
  const auto prefix = job_prefix(job);
  const auto entry = iterate(database_);
  stretch next;
  for (entry->Seek(prefix);; entry->Next()) {
    const auto found = read(database_, *entry, prefix, next);
    if (!found)
      return found.error();
    if (!*found)
      return caf::unit;
    bool changed = false;
    for (auto& slot : next.slots)
      if (std::binary_search(slots.begin(), slots.end(), slot)) {
        slot = {};
        changed = true;
      }
    if (changed)
      append(batch, job, next.first, next.slots);
  }
}

} // namespace pixmill::persistence
