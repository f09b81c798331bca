#pragma once

#include <array>
#include <string>
#include <vector>

namespace rocksdb {
struct ColumnFamilyDescriptor;
struct DBOptions;
} // namespace rocksdb

namespace pixmill::persistence {

/// The names of the journal's column families, by `family`.
inline constexpr std::array<const char*, 13> family_names{
  "meta",  "jobs",  "csv",        "slots", "outbox", "idem",   "tokens",
  "index", "trail", "deliveries", "refs",  "audit",  "history"};

/// Returns how RocksDB is to work under a journal.
rocksdb::DBOptions journal_options();

/// Returns how each of these families is kept: ours, and what a newer Pixmill
/// may have added. They share one cache.
std::vector<rocksdb::ColumnFamilyDescriptor>
journal_families(const std::vector<std::string>& names);

} // namespace pixmill::persistence
