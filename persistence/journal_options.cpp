#include "persistence/journal_options.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <string_view>

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include "persistence/journal_database.hpp"
#include "telemetry/log.hpp"

namespace pixmill::persistence {
namespace {

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

} // namespace

rocksdb::DBOptions journal_options() {
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

namespace {

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

} // namespace

std::vector<rocksdb::ColumnFamilyDescriptor>
journal_families(const std::vector<std::string>& names) {
  const auto cache = rocksdb::NewLRUCache(block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> out;
  out.reserve(names.size());
  for (const auto& name : names)
    out.emplace_back(name, family_options(name, cache));
  return out;
}

} // namespace pixmill::persistence
