#include "persistence/journal_failure.hpp"

#include <string>

#include <rocksdb/status.h>

#include "model/errc.hpp"

namespace pixmill::persistence {

caf::error journal_error(const std::filesystem::path& folder,
                         const rocksdb::Status& status) {
  auto text = status.ToString();
  // The last name that RocksDB tried for a missing table is one of long ago.
  if (const auto old = text.find(".ldb"); old != std::string::npos)
    text.replace(old, 4, ".sst");
  if (status.IsNoSpace()
      // RocksDB knows no quota; these are the words of strerror(EDQUOT).
      || text.find("Disk quota exceeded") != std::string::npos)
    return make_error(errc::disk_full, folder.string() + ": " + text);
  if (status.IsCorruption()) {
    if (text.find(folder.string()) != std::string::npos)
      return damaged_journal(folder, text);
    return damaged_journal(folder, folder.string() + ": " + text);
  }
  return make_error(errc::store, folder.string() + ": " + text);
}

caf::error damaged_journal(const std::filesystem::path& folder,
                           std::string_view what) {
  return make_error(errc::store_corrupt,
                    std::string{what} + "; restore " + folder.string()
                      + " from a backup, or remove it and run again");
}

caf::error newer_journal(const std::filesystem::path& folder,
                         std::uint32_t found, std::uint32_t known) {
  return make_error(
    errc::store_newer,
    folder.string() + ": written with schema " + std::to_string(found)
      + "; this Pixmill reads up to schema " + std::to_string(known));
}

caf::error undecodable_value(const std::filesystem::path& folder,
                             std::string_view which, std::string_view key) {
  return damaged_journal(folder, "the value of " + std::string{key} + " in "
                                   + std::string{which} + " is damaged");
}

} // namespace pixmill::persistence
