#pragma once

#include <caf/expected.hpp>
#include <caf/unit.hpp>

namespace rocksdb {
class WriteBatch;
} // namespace rocksdb

namespace pixmill::persistence {

class journal_database;
class journal_reader;

/// Adds to `batch` the removal of all chunks of submissions that were never
/// accepted.
caf::expected<caf::unit_t> drop_orphans(const journal_database& database,
                                        const journal_reader& reader,
                                        rocksdb::WriteBatch& batch);

} // namespace pixmill::persistence
