#include "persistence/journal_database.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <random>
#include <string>
#include <system_error>

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>

#include "persistence/journal_failure.hpp"
#include "persistence/journal_options.hpp"
#include "persistence/log_damage.hpp"
#include "telemetry/log.hpp"

namespace pixmill::persistence {
namespace {

constexpr auto schema_key = "schema";
constexpr auto id_key = "id";

// A database without its CURRENT is not a new one, though RocksDB would make
// it one and delete what is there.
bool lost_its_current(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (std::filesystem::exists(folder / "CURRENT", ignored))
    return false;
  const std::filesystem::directory_iterator entries{folder, ignored};
  return std::any_of(begin(entries), end(entries), [](const auto& entry) {
    const auto extension = entry.path().extension();
    return extension == ".sst" || extension == ".log";
  });
}

} // namespace

journal_database::journal_database(std::filesystem::path folder)
    : folder_{std::move(folder)} {
  // nop
}

journal_database::~journal_database() {
  if (!db_)
    return;
  rocksdb::CancelAllBackgroundWork(db_.get(), true);
  for (auto* handle : handles_)
    db_->DestroyColumnFamilyHandle(handle);
  for (auto* handle : others_)
    db_->DestroyColumnFamilyHandle(handle);
  db_->Close();
}

caf::expected<std::unique_ptr<journal_database>>
journal_database::open(const std::filesystem::path& folder,
                       std::uint32_t schema) {
  std::unique_ptr<journal_database> result{new journal_database{folder}};
  if (auto started = result->start(schema); !started)
    return started.error();
  return result;
}

caf::expected<caf::unit_t> journal_database::start(std::uint32_t schema) {
  std::error_code failure;
  std::filesystem::create_directories(folder_, failure);
  if (failure)
    return make_error(errc::file_unwritable,
                      folder_.string() + ": " + failure.message());
  if (lost_its_current(folder_))
    return damaged_journal(folder_,
                           (folder_ / "CURRENT").string() + " is missing");
  auto status = open_families();
  if (status.IsCorruption())
    if (const auto damage = find_log_damage(folder_)) {
      if (!damage->torn)
        return damaged_journal(
          folder_, damage->file.string() + ": damaged after "
                     + std::to_string(damage->whole_bytes) + " bytes");
      telemetry::log(telemetry::log_level::warning,
                     damage->file.string()
                       + ": dropped a record that was never written in full");
      std::filesystem::resize_file(damage->file, damage->whole_bytes, failure);
      status = open_families();
    }
  if (!status.ok())
    return to_open_error(status);
  return check_schema(schema);
}

rocksdb::Status journal_database::open_families() {
  // RocksDB opens only with all families that there are, also those that a
  // newer Pixmill may have added: only then can its schema be read.
  std::vector<std::string> names;
  std::error_code ignored;
  if (std::filesystem::exists(folder_ / "CURRENT", ignored))
    if (auto status = rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions{},
                                                      folder_.string(), &names);
        !status.ok())
      return status;
  std::erase_if(names, [](const auto& name) {
    return std::find(family_names.begin(), family_names.end(), name)
           != family_names.end();
  });
  names.insert(names.begin(), family_names.begin(), family_names.end());
  if (std::find(names.begin(), names.end(), rocksdb::kDefaultColumnFamilyName)
      == names.end())
    names.push_back(rocksdb::kDefaultColumnFamilyName);
  rocksdb::DB* opened = nullptr;
  auto status = rocksdb::DB::Open(journal_options(), folder_.string(),
                                  journal_families(names), &handles_, &opened);
  if (!status.ok())
    return status;
  db_.reset(opened);
  const auto ours = handles_.begin() + family_names.size();
  others_.assign(ours, handles_.end());
  handles_.erase(ours, handles_.end());
  return status;
}

caf::expected<caf::unit_t>
journal_database::check_schema(std::uint32_t schema) {
  std::string text;
  schema_ = schema;
  found_schema_ = schema;
  const auto status =
    db_->Get(rocksdb::ReadOptions{}, (*this)[family::meta], schema_key, &text);
  if (status.IsNotFound())
    return store_schema();
  if (!status.ok())
    return to_error(status);
  std::uint32_t found = 0;
  const auto* end = text.data() + text.size();
  if (const auto parsed = std::from_chars(text.data(), end, found);
      parsed.ec != std::errc{} || parsed.ptr != end)
    return undecodable("meta", schema_key);
  if (found > schema)
    return newer_journal(folder_, found, schema);
  found_schema_ = found;
  return caf::unit;
}

caf::expected<caf::unit_t> journal_database::store_schema() const {
  return put_meta(schema_key, std::to_string(schema_));
}

caf::expected<std::string> journal_database::id() {
  std::string found;
  const auto status =
    db_->Get(rocksdb::ReadOptions{}, (*this)[family::meta], id_key, &found);
  if (status.ok())
    return found;
  if (!status.IsNotFound())
    return to_error(status);
  std::random_device entropy;
  for (int i = 0; i < 16; ++i)
    found += "0123456789abcdef"[entropy() & 15];
  if (auto put = put_meta(id_key, found); !put)
    return std::move(put.error());
  return found;
}

caf::expected<caf::unit_t>
journal_database::put_meta(std::string_view key, std::string_view value) const {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  if (const auto put = db_->Put(synced, (*this)[family::meta],
                                rocksdb::Slice{key}, rocksdb::Slice{value});
      !put.ok())
    return to_error(put);
  return caf::unit;
}

caf::error journal_database::undecodable(std::string_view which,
                                         std::string_view key) const {
  return undecodable_value(folder_, which, key);
}

caf::error journal_database::to_error(const rocksdb::Status& status) const {
  return journal_error(folder_, status);
}

caf::error
journal_database::to_open_error(const rocksdb::Status& status) const {
  if (!status.IsIOError() || status.IsNoSpace())
    return to_error(status);
  const auto text = status.ToString();
  if (text.find("While lock file") != std::string::npos
      || text.find("lock hold by current process") != std::string::npos)
    return make_error(errc::store_locked,
                      folder_.string()
                        + ": another process has this store open");
  return make_error(errc::file_unwritable, folder_.string() + ": " + text);
}

} // namespace pixmill::persistence
