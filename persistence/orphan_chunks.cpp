#include "persistence/orphan_chunks.hpp"

#include <memory>
#include <string>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "persistence/journal_database.hpp"
#include "persistence/journal_keys.hpp"
#include "persistence/journal_reader.hpp"

namespace pixmill::persistence {

caf::expected<caf::unit_t> drop_orphans(const journal_database& database,
                                        const journal_reader& reader,
                                        rocksdb::WriteBatch& batch) {
  const std::unique_ptr<rocksdb::Iterator> chunk{
    database.db().NewIterator({}, database[family::csv])};
  for (chunk->SeekToFirst(); chunk->Valid();) {
    const std::string id{job_of_key(chunk->key().ToStringView())};
    const auto accepted = reader.has_job(id);
    if (!accepted)
      return accepted.error();
    if (!*accepted)
      batch.DeleteRange(database[family::csv], job_prefix(id),
                        job_prefix_end(id));
    chunk->Seek(job_prefix_end(id));
  }
  if (!chunk->status().ok())
    return database.to_error(chunk->status());
  return caf::unit;
}

} // namespace pixmill::persistence
