// How a directory store makes files durable: written, synced, named, in this
// order.

#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "persistence/directory_store_impl.hpp"

namespace pixmill::persistence {
namespace {

// The file system is synced as one, with what others write to it. When they
// write so much that it takes this long, …
constexpr std::chrono::seconds slow_sync{2};
// … files are synced one by one for a while.
constexpr std::chrono::seconds slow_pause{30};

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace

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

} // namespace pixmill::persistence
