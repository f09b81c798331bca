#include "persistence/frozen_journal.hpp"

#include <charconv>
#include <system_error>
#include <utility>

#include <rocksdb/db.h>

#include "model/errc.hpp"
#include "persistence/journal_failure.hpp"
#include "persistence/journal_options.hpp"
#include "persistence/journal_store.hpp"

namespace pixmill::persistence {
namespace {

// A server that goes on working may remove a file between the moment that its
// list of files is read and the moment that the file is opened.
constexpr int most_attempts = 5;

bool lost_a_race(const rocksdb::Status& status) {
  return status.IsPathNotFound()
         || status.ToString().find("No such file") != std::string::npos;
}

} // namespace

frozen_journal::frozen_journal(std::filesystem::path folder)
    : folder_{std::move(folder)} {
  // nop
}

frozen_journal::~frozen_journal() {
  if (!db_)
    return;
  for (auto* handle : handles_)
    db_->DestroyColumnFamilyHandle(handle);
  db_->Close();
}

caf::expected<std::unique_ptr<frozen_journal>>
frozen_journal::open(const std::filesystem::path& folder) {
  std::unique_ptr<frozen_journal> out{new frozen_journal{folder}};
  if (auto failed = out->start())
    return failed;
  return out;
}

caf::error frozen_journal::start() {
  std::error_code ignored;
  if (!std::filesystem::exists(folder_ / "CURRENT", ignored))
    return make_error(errc::file_unreadable,
                      folder_.string() + ": there is no journal");
  auto options = journal_options();
  // All of them are opened now, and readable even when they are removed.
  options.max_open_files = -1;
  rocksdb::Status status;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    names_.clear();
    status = rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions{},
                                             folder_.string(), &names_);
    rocksdb::DB* opened = nullptr;
    if (status.ok())
      status = rocksdb::DB::OpenForReadOnly(options, folder_.string(),
                                            journal_families(names_), &handles_,
                                            &opened);
    if (status.ok()) {
      db_.reset(opened);
      return check_schema();
    }
    if (!lost_a_race(status))
      break;
  }
  return journal_error(folder_, status);
}

caf::error frozen_journal::check_schema() const {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] != family_names.front())
      continue;
    std::string text;
    const auto status =
      db_->Get(rocksdb::ReadOptions{}, handles_[i], "schema", &text);
    if (status.IsNotFound())
      return {};
    if (!status.ok())
      return journal_error(folder_, status);
    std::uint32_t found = 0;
    std::from_chars(text.data(), text.data() + text.size(), found);
    if (found == 0)
      return undecodable_value(folder_, names_[i], "schema");
    return found > journal_store::schema_version
             ? newer_journal(folder_, found, journal_store::schema_version)
             : caf::error{};
  }
  return {};
}

caf::expected<caf::unit_t>
frozen_journal::for_each(std::size_t which, const visitor& visit) const {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> entry{
    db_->NewIterator(options, handles_.at(which))};
  for (entry->SeekToFirst(); entry->Valid(); entry->Next())
    if (auto failed =
          visit(entry->key().ToStringView(), entry->value().ToStringView()))
      return failed;
  if (!entry->status().ok())
    return journal_error(folder_, entry->status());
  return caf::unit;
}

} // namespace pixmill::persistence
