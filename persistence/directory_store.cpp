#include "persistence/directory_store.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "persistence/directory_store_impl.hpp"

namespace pixmill::persistence {
namespace {

// Of temporary files whose process may be on another machine.
constexpr std::chrono::hours stale{1};

caf::error unwritable(int number, const std::filesystem::path& path) {
  return make_error(errc::file_unwritable,
                    path.string() + ": "
                      + std::generic_category().message(number));
}

} // namespace

caf::expected<caf::unit_t> directory_store::impl::open() {
  std::error_code failure;
  std::filesystem::create_directories(root_ / temporaries(), failure);
  if (failure)
    return unwritable(failure.value(), root_);
  root_fd_ = open_folder(AT_FDCWD, root_.c_str());
  if (!root_fd_)
    return unwritable(errno, root_);
  temporary_fd_ = open_folder(root_fd_.get(), temporaries());
  if (!temporary_fd_ || ::faccessat(root_fd_.get(), temporaries(), W_OK, 0) != 0
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
  if (shared_)
    return remove_files_in(temporary_fd_.get(), stale);
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

// A client of NFS may remember that there was no such file; opening the folder
// makes it look again.
std::optional<std::uint64_t>
directory_store::impl::size_of(std::string_view sha256,
                               image_format format) const {
  const auto path = root_ / relative_path(sha256, format);
  struct stat found {};
  if (!is_sha256(sha256))
    return std::nullopt;
  if (::stat(path.c_str(), &found) != 0) {
    const auto looked = open_folder(AT_FDCWD, path.parent_path().c_str());
    if (!looked || ::stat(path.c_str(), &found) != 0)
      return std::nullopt;
  }
  return static_cast<std::uint64_t>(found.st_size);
}

bool directory_store::impl::adopt(std::string_view sha256, image_format format,
                                  std::uint64_t size) {
  // First of all: whoever removes has either finished, or sees this.
  pins_.pin(sha256);
  if (size_of(sha256, format) == size)
    return true;
  pins_.unpin(sha256);
  return false;
}

bool directory_store::impl::contains(std::string_view sha256,
                                     image_format format) const {
  return size_of(sha256, format).has_value();
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
  return open(std::make_unique<impl>(std::move(root), false));
}

caf::expected<std::unique_ptr<directory_store>>
directory_store::open_shared(std::filesystem::path root) {
  return open(std::make_unique<impl>(std::move(root), true));
}

caf::expected<std::unique_ptr<directory_store>>
directory_store::open(std::unique_ptr<impl> made) {
  if (auto done = made->open(); !done)
    return done.error();
  return std::unique_ptr<directory_store>{new directory_store{std::move(made)}};
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

bool directory_store::adopt(std::string_view sha256, image_format format,
                            std::uint64_t size) {
  return impl_->adopt(sha256, format, size);
}

caf::expected<bool> directory_store::contains(std::string_view sha256,
                                              image_format format) const {
  return impl_->contains(sha256, format);
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
