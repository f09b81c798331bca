#include "persistence/directory_store.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "persistence/file_reader.hpp"
#include "persistence/object_names.hpp"
#include "persistence/object_pins.hpp"
#include "persistence/posix_file.hpp"

namespace pixmill::persistence {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto temporary_folder = "tmp";
// The file system is synced as one, with what others write to it. When they
// write so much that it takes this long, …
constexpr std::chrono::seconds slow_sync{2};
// … files are synced one by one for a while.
constexpr std::chrono::seconds slow_pause{30};

caf::error unwritable(int number, const std::filesystem::path& path) {
  return make_error(errc::file_unwritable,
                    path.string() + ": "
                      + std::generic_category().message(number));
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace

class directory_store::impl {
public:
  explicit impl(std::filesystem::path root) : root_{std::move(root)} {
    // nop
  }

  caf::expected<caf::unit_t> open();
  caf::expected<std::string> put(std::span<const std::uint8_t> bytes,
                                 image_format format);
  caf::expected<caf::unit_t> sync();
  void release(std::string_view sha256);
  caf::expected<bool> remove_if(std::string_view sha256, image_format format,
                                const std::function<bool()>& unused);
  caf::expected<std::vector<stored_object>> list(std::size_t shard) const {
    return list_objects(root_, shard);
  }
  caf::expected<std::string> get(std::string_view sha256,
                                 image_format format) const;
  caf::expected<std::unique_ptr<object_reader>>
  open_object(std::string_view sha256, image_format format) const;

private:
  /// A folder of objects; its descriptor stays open.
  struct subfolder {
    std::atomic<int> fd{-1};
    std::atomic<bool> dirty{false};
    file_descriptor owner;
  };

  /// A file that is written, but neither synced nor named yet.
  struct pending_file {
    std::string temporary;
    std::string name; ///< Starts with the content's SHA-256.
    std::size_t index;
    bool suspect = false; ///< A sync failed while it was pending.
  };

  caf::expected<caf::unit_t> put(std::span<const std::uint8_t> bytes,
                                 std::string name, std::size_t index);
  caf::expected<int> folder_of(std::size_t index);
  caf::expected<pending_file> write(std::span<const std::uint8_t> bytes,
                                    std::string name, bool synced);
  void keep_pending(pending_file file);
  caf::expected<caf::unit_t> rename(const pending_file& file);
  caf::expected<caf::unit_t> rescue(const pending_file& file);
  caf::expected<caf::unit_t> settle(std::vector<pending_file>& files);
  caf::expected<caf::unit_t> sync_folders();
  bool sync_as_one();
  void clean_temporaries();

  std::filesystem::path path_of(const pending_file& file) const {
    return root_ / folder_name(file.index) / file.name;
  }

  object_pins pins_;
  std::filesystem::path root_;
  file_descriptor root_fd_;
  file_descriptor temporary_fd_;
  std::array<subfolder, 256> folders_;
  std::atomic<bool> root_dirty_{false};
  std::atomic<std::uint64_t> next_temporary_{0};
  std::mutex opening_;
  bool can_sync_as_one_ = false;
  /// Whether `put` leaves syncing and naming to `sync`.
  std::atomic<bool> together_{false};
  clock::time_point together_again_; // Guarded by syncing_.
  std::mutex syncing_;
  std::mutex pending_mutex_;
  std::vector<pending_file> pending_;
};

caf::expected<caf::unit_t> directory_store::impl::open() {
  std::error_code failure;
  std::filesystem::create_directories(root_ / temporary_folder, failure);
  if (failure)
    return unwritable(failure.value(), root_);
  root_fd_ = open_folder(AT_FDCWD, root_.c_str());
  if (!root_fd_)
    return unwritable(errno, root_);
  temporary_fd_ = open_folder(root_fd_.get(), temporary_folder);
  if (!temporary_fd_
      || ::faccessat(root_fd_.get(), temporary_folder, W_OK, 0) != 0
      || ::faccessat(root_fd_.get(), ".", W_OK, 0) != 0)
    return unwritable(errno, root_);
  clean_temporaries();
  can_sync_as_one_ = can_sync_as_one(root_fd_.get());
  together_ = can_sync_as_one_;
  root_dirty_ = true;
  // The store's own name has to last as well.
  const auto parent = open_folder(root_fd_.get(), "..");
  if (parent && ::fsync(parent.get()) != 0)
    return unwritable(errno, root_);
  return caf::unit;
}

// Whoever has the store open holds a shared lock on its temporary folder, so
// an exclusive one says that all files there are of dead processes. The kernel
// drops the lock with the process, however it died.
void directory_store::impl::clean_temporaries() {
  if (::flock(temporary_fd_.get(), LOCK_EX | LOCK_NB) == 0)
    remove_files_in(temporary_fd_.get());
  ::flock(temporary_fd_.get(), LOCK_SH);
}

caf::expected<int> directory_store::impl::folder_of(std::size_t index) {
  auto& folder = folders_[index];
  if (const auto fd = folder.fd.load(std::memory_order_acquire); fd >= 0)
    return fd;
  const std::lock_guard guard{opening_};
  if (folder.owner)
    return folder.owner.get();
  const auto name = folder_name(index);
  if (::mkdirat(root_fd_.get(), name.c_str(), 0777) == 0)
    root_dirty_ = true;
  else if (errno != EEXIST)
    return file_error(errno, "make the folder", root_ / name);
  folder.owner = open_folder(root_fd_.get(), name.c_str());
  if (!folder.owner)
    return file_error(errno, "open the folder", root_ / name);
  folder.fd.store(folder.owner.get(), std::memory_order_release);
  return folder.owner.get();
}

caf::expected<std::string>
directory_store::impl::put(std::span<const std::uint8_t> bytes,
                           image_format format) {
  auto key = sha256_of(bytes);
  // First of all: whoever removes has either finished, or sees this.
  pins_.pin(key);
  auto stored = put(bytes, file_name(key, format), folder_index(key));
  if (stored)
    return key;
  pins_.unpin(key);
  return std::move(stored.error());
}

caf::expected<caf::unit_t>
directory_store::impl::put(std::span<const std::uint8_t> bytes,
                           std::string name, std::size_t index) {
  const auto folder = folder_of(index);
  if (!folder)
    return folder.error();
  struct stat found {};
  if (::fstatat(*folder, name.c_str(), &found, 0) == 0
      && found.st_size == static_cast<off_t>(bytes.size())) {
    // Whoever renamed it may have died before the folder was synced.
    folders_[index].dirty = true;
    return caf::unit;
  }
  const bool together = together_;
  auto file = write(bytes, std::move(name), !together);
  if (!file)
    return file.error();
  if (together) {
    keep_pending(std::move(*file));
  } else if (auto renamed = rename(*file); !renamed) {
    return renamed.error();
  }
  return caf::unit;
}

void directory_store::impl::release(std::string_view sha256) {
  pins_.unpin(sha256);
}

caf::expected<bool>
directory_store::impl::remove_if(std::string_view sha256, image_format format,
                                 const std::function<bool()>& unused) {
  const auto index = folder_index(sha256);
  const auto folder = folder_of(index);
  if (!folder)
    return folder.error();
  const auto name = file_name(sha256, format);
  int failed = 0;
  const bool gone = pins_.unless_pinned(sha256, unused, [&] {
    failed = ::unlinkat(*folder, name.c_str(), 0) == 0 ? 0 : errno;
  });
  if (failed != 0 && failed != ENOENT)
    return file_error(failed, "remove", root_ / folder_name(index) / name);
  return gone;
}

caf::expected<directory_store::impl::pending_file>
directory_store::impl::write(std::span<const std::uint8_t> bytes,
                             std::string name, bool synced) {
  pending_file file{{}, std::move(name), 0, false};
  file.index = folder_index(file.name);
  // The process id tells processes on one store apart; in two containers it
  // may be the same, and then O_EXCL makes one of them take the next number.
  file_descriptor out;
  do {
    file.temporary =
      std::to_string(::getpid()) + "." + std::to_string(next_temporary_++);
    out =
      file_descriptor{::openat(temporary_fd_.get(), file.temporary.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
  } while (!out && errno == EEXIST);
  if (!out)
    return file_error(errno, "create", path_of(file));
  if (write_all(out.get(), bytes) && (!synced || ::fdatasync(out.get()) == 0))
    return file;
  const auto number = errno;
  ::unlinkat(temporary_fd_.get(), file.temporary.c_str(), 0);
  return file_error(number, "write", path_of(file));
}

// The newer one counts: what became of the older is known only to the disk.
void directory_store::impl::keep_pending(pending_file file) {
  const std::lock_guard guard{pending_mutex_};
  for (auto& older : pending_)
    if (older.name == file.name) {
      ::unlinkat(temporary_fd_.get(), older.temporary.c_str(), 0);
      older = std::move(file);
      return;
    }
  pending_.push_back(std::move(file));
}

// Only what is synced gets its name: a file that carries one is whole, even
// after power was lost.
caf::expected<caf::unit_t>
directory_store::impl::rename(const pending_file& file) {
  auto& folder = folders_[file.index];
  if (::renameat(temporary_fd_.get(), file.temporary.c_str(), folder.fd,
                 file.name.c_str())
      != 0)
    return file_error(errno, "name", path_of(file));
  // Not before: a sync in between would clear the mark without the name.
  folder.dirty = true;
  return caf::unit;
}

// After a failed sync the kernel may take lost pages for written ones, so that
// a second sync would find nothing to do. What it still remembers of the file
// is written once more, if it is what was put.
caf::expected<caf::unit_t>
directory_store::impl::rescue(const pending_file& file) {
  const auto bytes = read_all(temporary_fd_.get(), file.temporary.c_str());
  if (!bytes)
    return file_error(errno, "read back", path_of(file));
  if (!file.name.starts_with(sha256_of(*bytes)))
    return make_error(errc::store,
                      path_of(file).string() + ": lost by the disk");
  const auto copy = write(bytes_of(*bytes), file.name, true);
  if (!copy)
    return copy.error();
  ::unlinkat(temporary_fd_.get(), file.temporary.c_str(), 0);
  return rename(*copy);
}

bool directory_store::impl::sync_as_one() {
  const auto begin = clock::now();
  if (::syncfs(root_fd_.get()) != 0)
    return false;
  if (const auto end = clock::now(); end - begin > slow_sync) {
    together_ = false;
    together_again_ = end + slow_pause;
  }
  return true;
}

// Leaves in `files` what could not be settled.
caf::expected<caf::unit_t>
directory_store::impl::settle(std::vector<pending_file>& files) {
  if (!sync_as_one())
    for (auto& file : files)
      file.suspect = true;
  while (!files.empty()) {
    const auto& file = files.back();
    if (auto done = file.suspect ? rescue(file) : rename(file); !done)
      return done;
    files.pop_back();
  }
  return caf::unit;
}

caf::expected<caf::unit_t> directory_store::impl::sync_folders() {
  if (root_dirty_.exchange(false) && ::fsync(root_fd_.get()) != 0) {
    root_dirty_ = true;
    return file_error(errno, "sync", root_);
  }
  for (std::size_t index = 0; index < folders_.size(); ++index) {
    auto& folder = folders_[index];
    if (!folder.dirty.exchange(false))
      continue;
    if (::fsync(folder.fd) != 0) {
      folder.dirty = true;
      return file_error(errno, "sync", root_ / folder_name(index));
    }
  }
  return caf::unit;
}

caf::expected<caf::unit_t> directory_store::impl::sync() {
  // One at a time: who finds a mark cleared must not return before the one who
  // cleared it has synced.
  const std::lock_guard guard{syncing_};
  std::vector<pending_file> files;
  {
    const std::lock_guard pending_guard{pending_mutex_};
    files.swap(pending_);
  }
  if (can_sync_as_one_ && !together_ && clock::now() >= together_again_)
    together_ = true;
  if (files.empty())
    return sync_folders();
  if (auto settled = settle(files); !settled) {
    const std::lock_guard pending_guard{pending_mutex_};
    pending_.insert(pending_.end(), files.begin(), files.end());
    return settled;
  }
  // The names, all at once. A mark that is set meanwhile is of a name that may
  // have come too late, so the marks go first.
  root_dirty_ = false;
  std::array<bool, 256> dirty{};
  for (std::size_t index = 0; index < folders_.size(); ++index)
    dirty[index] = folders_[index].dirty.exchange(false);
  if (sync_as_one())
    return caf::unit;
  root_dirty_ = true;
  for (std::size_t index = 0; index < folders_.size(); ++index)
    if (dirty[index])
      folders_[index].dirty = true;
  return sync_folders();
}

caf::expected<std::string>
directory_store::impl::get(std::string_view sha256, image_format format) const {
  const auto path = root_ / relative_path(sha256, format);
  if (!is_sha256(sha256))
    return make_error(errc::store, path.string() + ": not an object's key");
  auto bytes = read_all(AT_FDCWD, path.c_str());
  if (!bytes)
    return file_error(errno, "read", path);
  return std::move(*bytes);
}

caf::expected<std::unique_ptr<object_reader>>
directory_store::impl::open_object(std::string_view sha256,
                                   image_format format) const {
  const auto path = root_ / relative_path(sha256, format);
  if (!is_sha256(sha256))
    return make_error(errc::store, path.string() + ": not an object's key");
  return open_file(path);
}

caf::expected<std::unique_ptr<directory_store>>
directory_store::open(std::filesystem::path root) {
  auto opened = std::make_unique<impl>(std::move(root));
  if (auto done = opened->open(); !done)
    return done.error();
  return std::unique_ptr<directory_store>{
    new directory_store{std::move(opened)}};
}

directory_store::directory_store(std::unique_ptr<impl> opened)
    : impl_{std::move(opened)} {
  // nop
}

directory_store::~directory_store() = default;

caf::expected<std::string>
directory_store::put(std::span<const std::uint8_t> bytes, image_format format) {
  return impl_->put(bytes, format);
}

caf::expected<caf::unit_t> directory_store::sync() {
  return impl_->sync();
}

void directory_store::release(std::string_view sha256) {
  impl_->release(sha256);
}

caf::expected<bool>
directory_store::remove_if(std::string_view sha256, image_format format,
                           const std::function<bool()>& unused) {
  return impl_->remove_if(sha256, format, unused);
}

caf::expected<std::vector<stored_object>>
directory_store::list(std::size_t shard) const {
  return impl_->list(shard);
}

caf::expected<std::string> directory_store::get(std::string_view sha256,
                                                image_format format) const {
  return impl_->get(sha256, format);
}

caf::expected<std::unique_ptr<object_reader>>
directory_store::open(std::string_view sha256, image_format format) const {
  return impl_->open_object(sha256, format);
}

std::filesystem::path directory_store::relative_path(std::string_view sha256,
                                                     image_format format) {
  return std::filesystem::path{sha256.substr(0, 2)} / file_name(sha256, format);
}

} // namespace pixmill::persistence
