#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
} // namespace rocksdb

namespace pixmill::persistence {

/// A journal as it was when this was opened, to read from. Takes no lock: a
/// server may go on writing the journal meanwhile.
class frozen_journal {
public:
  /// Takes an entry, or says why the walk ends here.
  using visitor =
    std::function<caf::error(std::string_view key, std::string_view value)>;

  /// @retval errc::file_unreadable There is no journal.
  /// @retval errc::store_newer     Written by a newer schema; names both.
  /// @retval errc::store_corrupt   Names the damaged file and the remedy.
  static caf::expected<std::unique_ptr<frozen_journal>>
  open(const std::filesystem::path& folder);
  ~frozen_journal();
  frozen_journal(const frozen_journal&) = delete;
  frozen_journal& operator=(const frozen_journal&) = delete;

  /// Returns the names of all column families.
  const std::vector<std::string>& families() const noexcept {
    return names_;
  }

  /// Shows each entry of a family, in order of keys; every block is checked
  /// against its checksum.
  /// @param which An index of `families`.
  caf::expected<caf::unit_t> for_each(std::size_t which,
                                      const visitor& visit) const;

private:
  explicit frozen_journal(std::filesystem::path folder);
  caf::error start();
  caf::error check_schema() const;

  std::filesystem::path folder_;
  std::vector<std::string> names_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_; ///< As `names_`.
};

} // namespace pixmill::persistence
