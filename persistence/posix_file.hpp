#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <caf/error.hpp>

namespace pixmill::persistence {

/// Owns an open file or folder.
class file_descriptor {
public:
  file_descriptor() = default;
  explicit file_descriptor(int fd) noexcept : fd_{fd} {
    // nop
  }
  file_descriptor(file_descriptor&& other) noexcept
      : fd_{std::exchange(other.fd_, -1)} {
    // nop
  }
  file_descriptor& operator=(file_descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~file_descriptor();

  int get() const noexcept {
    return fd_;
  }
  explicit operator bool() const noexcept {
    return fd_ >= 0;
  }

private:
  int fd_ = -1;
};

/// Returns `errc::disk_full` for a lack of space or quota, else `errc::store`.
/// @param number An `errno`.
/// @param action What failed, such as `write`.
caf::error file_error(int number, const char* action,
                      const std::filesystem::path& path);

/// Opens a folder. @param at An open folder, or `AT_FDCWD`.
file_descriptor open_folder(int at, const char* name);

/// Writes all of `bytes`, or says in `errno` why not.
bool write_all(int fd, std::span<const std::uint8_t> bytes);

/// Reads a whole file; nothing, and `errno`, when that fails.
std::optional<std::string> read_all(int at, const char* name);

/// Writes a file that nobody but its owner may read: whole or not at all, and
/// durable on return. Its folder is made if there is none.
/// @returns 0, or the number of the error.
int write_private(const std::filesystem::path& file, std::string_view text);

/// Removes all files in a folder that were last written so long ago, but no
/// folders.
void remove_files_in(int folder, std::chrono::seconds age = {});

/// Returns whether `syncfs` makes all files of the file system under `folder`
/// durable and says so when it could not: ext4 and XFS, on Linux 5.8 or later.
/// @see syncfs(2), "VERSIONS": before that, errors went unsaid.
bool can_sync_as_one(int folder);

} // namespace pixmill::persistence
