#include "persistence/journal_copy.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "model/errc.hpp"
#include "persistence/frozen_journal.hpp"
#include "persistence/journal_failure.hpp"
#include "persistence/journal_options.hpp"
#include "persistence/posix_file.hpp"

namespace pixmill::persistence {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t batch_bytes = 1 << 20;

/// A database that is being filled; nobody else knows of it yet.
class new_journal {
public:
  explicit new_journal(fs::path folder) : folder_{std::move(folder)} {}
  ~new_journal() {
    close();
  }
  new_journal(const new_journal&) = delete;
  new_journal& operator=(const new_journal&) = delete;

  caf::error open(std::vector<std::string> names) {
    // RocksDB wants this one, whoever wrote the journal.
    if (std::find(names.begin(), names.end(), rocksdb::kDefaultColumnFamilyName)
        == names.end())
      names.emplace_back(rocksdb::kDefaultColumnFamilyName);
    rocksdb::DB* opened = nullptr;
    const auto status =
      rocksdb::DB::Open(journal_options(), folder_.string(),
                        journal_families(names), &handles_, &opened);
    db_.reset(opened);
    return status.ok() ? caf::error{} : journal_error(folder_, status);
  }

  caf::error put(std::size_t which, std::string_view key,
                 std::string_view value) {
    batch_.Put(handles_.at(which), rocksdb::Slice{key}, rocksdb::Slice{value});
    return batch_.GetDataSize() < batch_bytes ? caf::error{} : write();
  }

  /// Writes what is left; it is durable on return.
  caf::error finish() {
    if (auto failed = write())
      return failed;
    const auto status = db_->Flush(rocksdb::FlushOptions{}, handles_);
    close();
    return status.ok() ? caf::error{} : journal_error(folder_, status);
  }

private:
  caf::error write() {
    rocksdb::WriteOptions options;
    options.disableWAL = true; // What is not finished is thrown away.
    const auto status = db_->Write(options, &batch_);
    batch_.Clear();
    return status.ok() ? caf::error{} : journal_error(folder_, status);
  }

  void close() {
    if (!db_)
      return;
    for (auto* handle : std::exchange(handles_, {}))
      db_->DestroyColumnFamilyHandle(handle);
    db_->Close();
    db_.reset();
  }

  fs::path folder_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  rocksdb::WriteBatch batch_;
};

caf::expected<journal_extent> fill(const frozen_journal& from,
                                   const fs::path& folder) {
  new_journal into{folder};
  if (auto failed = into.open(from.families()))
    return failed;
  journal_extent out;
  for (std::size_t i = 0; i < from.families().size(); ++i)
    if (auto copied =
          from.for_each(i,
                        [&](std::string_view key, std::string_view value) {
                          ++out.entries;
                          out.bytes += key.size() + value.size();
                          return into.put(i, key, value);
                        });
        !copied)
      return std::move(copied.error());
  if (auto failed = into.finish())
    return failed;
  return out;
}

caf::error unwritable(const fs::path& path, const std::string& why) {
  return make_error(errc::file_unwritable, path.string() + ": " + why);
}

// Gives the finished copy its name, for good.
caf::error publish(const fs::path& part, const fs::path& to) {
  std::error_code failure;
  fs::rename(part, to, failure); // Replaces an empty folder.
  if (failure)
    return unwritable(to, failure.message());
  const auto parent = open_folder(AT_FDCWD, to.parent_path().c_str());
  if (!parent || ::fsync(parent.get()) != 0)
    return file_error(errno, "fsync", to.parent_path());
  return {};
}

} // namespace

caf::expected<journal_extent> copy_journal(const fs::path& from,
                                           const fs::path& to) {
  std::error_code failure;
  const auto target = fs::absolute(to).lexically_normal();
  const auto whole =
    target.has_filename() ? target : target.parent_path(); // "DIR/"
  if (fs::exists(whole, failure) && !fs::is_empty(whole, failure))
    return unwritable(to, "is not an empty folder");
  const auto source = frozen_journal::open(from);
  if (!source)
    return source.error();
  auto part = whole;
  part += ".part";
  fs::remove_all(part, failure); // Of a copy that was cut off.
  fs::create_directories(part, failure);
  if (failure)
    return unwritable(part, failure.message());
  auto filled = fill(**source, part);
  auto failed = filled ? publish(part, whole) : std::move(filled.error());
  if (!failed)
    return filled;
  fs::remove_all(part, failure);
  return failed;
}

} // namespace pixmill::persistence
