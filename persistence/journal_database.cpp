#include "persistence/journal_database.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <system_error>

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include "persistence/log_damage.hpp"
#include "telemetry/log.hpp"

namespace pixmill::persistence {
namespace {

constexpr std::array<const char*, 13> family_names{
  "meta",  "jobs",  "csv",        "slots", "outbox", "idem",   "tokens",
  "index", "trail", "deliveries", "refs",  "audit",  "history"};
constexpr auto schema_key = "schema";
constexpr auto id_key = "id";
constexpr std::size_t block_cache_bytes = 24 << 20;
constexpr std::size_t write_buffer_bytes = 8 << 20;

/// Leaves it to `journal_store::probe` to end the refusal of writes. RocksDB
/// would look for space every 5 s, and be too busy for anyone else until then.
/// After a lesser error, which refuses no write, it helps itself.
class patient_recovery final : public rocksdb::EventListener {
public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason,
                            rocksdb::Status error, bool* automatic) override {
    if (error.severity() >= rocksdb::Status::kHardError)
      *automatic = false;
  }
};

/// Takes RocksDB's warnings into our log. RocksDB's own writes a file beside
/// the database, and on a full disk it ends the process: what it appends after
/// a failed write is an assertion of Debian's build.
class warning_logger final : public rocksdb::Logger {
public:
  warning_logger() : Logger{rocksdb::InfoLogLevel::WARN_LEVEL} {}

  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    constexpr std::size_t longest_line = 1'024;
    std::array<char, longest_line> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    telemetry::log(telemetry::log_level::warning,
                   std::string{"journal: "} + text.data());
  }
  void LogHeader(const char*, va_list) override {
    // Its settings are ours, and known.
  }
};

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  // The default mode opens after damage in the middle of the log with half the
  // acknowledged records silently gone; this one forgives a torn tail only.
  options.wal_recovery_mode =
    rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.db_write_buffer_size = 3 * write_buffer_bytes;
  options.max_total_wal_size = 64 << 20;
  options.max_open_files = 128;
  options.max_file_opening_threads = 1;
  // One thread writes.
  options.allow_concurrent_memtable_write = false;
  options.bytes_per_sync = 1 << 20;
  options.max_manifest_file_size = 8 << 20;
  options.manifest_preallocation_size = 64 << 10;
  options.listeners.push_back(std::make_shared<patient_recovery>());
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.info_log = std::make_shared<warning_logger>();
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

bool can_compress(rocksdb::CompressionType type) {
  const auto known = rocksdb::GetSupportedCompressions();
  return std::find(known.begin(), known.end(), type) != known.end();
}

rocksdb::ColumnFamilyOptions
family_options(std::string_view name,
               const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer_bytes;
  options.max_write_buffer_number = 2;
  options.target_file_size_base = 32 << 20;
  options.level_compaction_dynamic_level_bytes = true;
  options.compression = can_compress(rocksdb::kLZ4Compression)
                          ? rocksdb::kLZ4Compression
                          : rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 16 << 10;
  // Else indexes and filters grow outside of any bound.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  if (name == family_names[static_cast<std::size_t>(family::slots)]) {
    // Each write looks first whether the slot is taken, and nearly always it
    // is not: 10 bits a key answer that without a block read.
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    options.memtable_whole_key_filtering = true;
    options.memtable_prefix_bloom_size_ratio = 0.05;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

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
    return corrupt((folder_ / "CURRENT").string() + " is missing");
  auto status = open_families();
  if (status.IsCorruption())
    if (const auto damage = find_log_damage(folder_)) {
      if (!damage->torn)
        return corrupt(damage->file.string() + ": damaged after "
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
  const auto cache = rocksdb::NewLRUCache(block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(names.size());
  for (const auto& name : names)
    families.emplace_back(name, family_options(name, cache));
  rocksdb::DB* opened = nullptr;
  auto status = rocksdb::DB::Open(database_options(), folder_.string(),
                                  families, &handles_, &opened);
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
    return make_error(
      errc::store_newer,
      folder_.string() + ": written with schema " + std::to_string(found)
        + "; this Pixmill reads up to schema " + std::to_string(schema));
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

caf::error journal_database::corrupt(std::string_view what) const {
  return make_error(errc::store_corrupt,
                    std::string{what} + "; restore " + folder_.string()
                      + " from a backup, or remove it and run again");
}

caf::error journal_database::undecodable(std::string_view which,
                                         std::string_view key) const {
  return corrupt("the value of " + std::string{key} + " in "
                 + std::string{which} + " is damaged");
}

caf::error journal_database::to_error(const rocksdb::Status& status) const {
  auto text = status.ToString();
  // The last name that RocksDB tried for a missing table is one of long ago.
  if (const auto old = text.find(".ldb"); old != std::string::npos)
    text.replace(old, 4, ".sst");
  if (status.IsNoSpace()
      // RocksDB knows no quota; these are the words of strerror(EDQUOT).
      || text.find("Disk quota exceeded") != std::string::npos)
    return make_error(errc::disk_full, folder_.string() + ": " + text);
  if (status.IsCorruption()) {
    if (text.find(folder_.string()) != std::string::npos)
      return corrupt(text);
    return corrupt(folder_.string() + ": " + text);
  }
  return make_error(errc::store, folder_.string() + ": " + text);
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
