#include "persistence/posix_file.hpp"

#include <cerrno>
#include <charconv>
#include <ctime>
#include <string_view>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "model/errc.hpp"

namespace pixmill::persistence {
namespace {

// Not in <linux/magic.h>; from the kernel's fs/xfs/libxfs/xfs_format.h.
constexpr auto xfs_magic = 0x58465342;

bool kernel_is_at_least(int major, int minor) {
  utsname name{};
  if (::uname(&name) != 0)
    return false;
  const std::string_view release{name.release};
  const auto* end = release.data() + release.size();
  int have_major = 0;
  int have_minor = 0;
  const auto first = std::from_chars(release.data(), end, have_major);
  if (first.ec != std::errc{} || first.ptr == end)
    return false;
  std::from_chars(first.ptr + 1, end, have_minor);
  return std::pair{have_major, have_minor} >= std::pair{major, minor};
}

} // namespace

file_descriptor::~file_descriptor() {
  if (fd_ >= 0)
    ::close(fd_);
}

caf::error file_error(int number, const char* action,
                      const std::filesystem::path& path) {
  const auto full = number == ENOSPC || number == EDQUOT;
  return make_error(full ? errc::disk_full : errc::store,
                    path.string() + ": cannot " + action + ": "
                      + std::generic_category().message(number));
}

file_descriptor open_folder(int at, const char* name) {
  return file_descriptor{
    ::openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

bool write_all(int fd, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

std::optional<std::string> read_all(int at, const char* name) {
  const file_descriptor file{::openat(at, name, O_RDONLY | O_CLOEXEC)};
  struct stat found {};
  if (!file || ::fstat(file.get(), &found) != 0)
    return std::nullopt;
  std::string out(static_cast<std::size_t>(found.st_size), '\0');
  for (std::size_t have = 0; have < out.size();) {
    const auto got = ::read(file.get(), out.data() + have, out.size() - have);
    if (got < 0 && errno == EINTR)
      continue;
    if (got == 0)
      errno = EIO; // It was cut while it was read.
    if (got <= 0)
      return std::nullopt;
    have += static_cast<std::size_t>(got);
  }
  return out;
}

int write_private(const std::filesystem::path& file, std::string_view text) {
  std::error_code failed;
  const auto folder = file.parent_path();
  if (!folder.empty())
    std::filesystem::create_directories(folder, failed);
  const auto scratch = file.string() + ".new";
  ::unlink(scratch.c_str());
  const file_descriptor to{::open(scratch.c_str(),
                                  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                                  S_IRUSR | S_IWUSR)};
  const std::span bytes{reinterpret_cast<const std::uint8_t*>(text.data()),
                        text.size()};
  if (!to || !write_all(to.get(), bytes) || ::fsync(to.get()) != 0
      || ::rename(scratch.c_str(), file.c_str()) != 0)
    return errno;
  const auto opened =
    open_folder(AT_FDCWD, folder.empty() ? "." : folder.c_str());
  return opened && ::fsync(opened.get()) == 0 ? 0 : errno;
}

void remove_files_in(int folder, std::chrono::seconds age) {
  const auto old_enough = [&](const char* name) {
    struct stat found {};
    return age.count() == 0
           || (::fstatat(folder, name, &found, 0) == 0
               && ::time(nullptr) - found.st_mtime >= age.count());
  };
  // fdopendir owns what it is given.
  auto* listing = ::fdopendir(::openat(folder, ".", O_RDONLY | O_CLOEXEC));
  if (listing == nullptr)
    return;
  // readdir is safe on a stream that no other thread has.
  while (const auto* entry = ::readdir(listing)) // NOLINT(concurrency-*)
    if (entry->d_name[0] != '.' && old_enough(entry->d_name))
      ::unlinkat(folder, entry->d_name, 0);
  ::closedir(listing);
}

bool can_sync_as_one(int folder) {
  struct statfs system {};
  return ::fstatfs(folder, &system) == 0
         && (system.f_type == EXT4_SUPER_MAGIC || system.f_type == xfs_magic)
         && kernel_is_at_least(5, 8);
}

} // namespace pixmill::persistence
