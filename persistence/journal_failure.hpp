#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include <caf/error.hpp>

namespace rocksdb {
class Status;
} // namespace rocksdb

namespace pixmill::persistence {

/// Says what a failed call of RocksDB means: `disk_full`, `store_corrupt` with
/// the damaged file and the remedy, or `store`.
/// @param folder Of the journal.
caf::error journal_error(const std::filesystem::path& folder,
                         const rocksdb::Status& status);

/// Returns `store_corrupt`: what is damaged, and the remedy.
caf::error damaged_journal(const std::filesystem::path& folder,
                           std::string_view what);

/// Returns `store_newer`, and names both schemas.
caf::error newer_journal(const std::filesystem::path& folder,
                         std::uint32_t found, std::uint32_t known);

/// Says that the value of `key` is none that any version has written.
/// @param which The name of the family.
caf::error undecodable_value(const std::filesystem::path& folder,
                             std::string_view which, std::string_view key);

} // namespace pixmill::persistence
