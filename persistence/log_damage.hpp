#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace pixmill::persistence {

/// What is wrong with a write-ahead log of RocksDB.
struct log_damage {
  std::filesystem::path file;
  /// How many bytes stand before the first record that is not whole.
  std::uint64_t whole_bytes = 0;
  /// Whether that record is the last one that was begun. As each write is
  /// synced before the next, a torn one was never acknowledged.
  bool torn = false;
};

/// Returns the damage of the logs in `folder`, if they have any. RocksDB says
/// only that one of them is damaged, and takes some torn tails for damage.
/// @see https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format
std::optional<log_damage> find_log_damage(const std::filesystem::path& folder);

} // namespace pixmill::persistence
