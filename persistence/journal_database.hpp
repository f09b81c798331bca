#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/errc.hpp"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Status;
} // namespace rocksdb

namespace pixmill::persistence {

/// The journal's column families.
enum class family : std::uint8_t {
  meta,
  jobs,
  csv,
  slots,
  outbox,
  idem,
  tokens,
  index,
  trail,
  deliveries,
  refs,
  audit,
  history,
};

/// The open RocksDB under the journal, and what its errors mean.
///
/// Memory is bounded whatever the size of a job: 24 MiB of block cache (which
/// holds indexes and filters too), 24 MiB of write buffers, 128 open files.
class journal_database {
public:
  /// Opens or creates the database.
  /// @param schema Written into a new one; a larger one is refused, a smaller
  ///               one is left to be upgraded.
  /// @retval errc::store_newer, errc::store_corrupt, errc::store_locked,
  ///         errc::file_unwritable, errc::disk_full
  static caf::expected<std::unique_ptr<journal_database>>
  open(const std::filesystem::path& folder, std::uint32_t schema);
  ~journal_database();
  journal_database(const journal_database&) = delete;
  journal_database& operator=(const journal_database&) = delete;

  rocksdb::DB& db() const noexcept {
    return *db_;
  }

  rocksdb::ColumnFamilyHandle* operator[](family which) const noexcept {
    return handles_[static_cast<std::size_t>(which)];
  }

  /// Returns the schema that the database was opened with.
  std::uint32_t found_schema() const noexcept {
    return found_schema_;
  }

  /// Notes that all of it is of the schema asked for now; synced on return.
  caf::expected<caf::unit_t> store_schema() const;

  /// Returns what no other journal is called: 16 hex digits, drawn once.
  caf::expected<std::string> id();

  /// Says what a failed call means: `disk_full`, `store_corrupt` with the
  /// damaged file and the remedy, or `store`.
  caf::error to_error(const rocksdb::Status& status) const;

  /// Says that the value of `key` is none that any version has written.
  caf::error undecodable(std::string_view which, std::string_view key) const;

private:
  explicit journal_database(std::filesystem::path folder);
  caf::expected<caf::unit_t> start(std::uint32_t schema);
  rocksdb::Status open_families();
  caf::expected<caf::unit_t> check_schema(std::uint32_t schema);
  caf::error to_open_error(const rocksdb::Status& status) const;

  caf::expected<caf::unit_t> put_meta(std::string_view key,
                                      std::string_view value) const;

  std::filesystem::path folder_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_; ///< By `family`.
  std::vector<rocksdb::ColumnFamilyHandle*> others_;
  std::uint32_t schema_ = 0;
  std::uint32_t found_schema_ = 0;
};

} // namespace pixmill::persistence
