#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "persistence/directory_store.hpp"
#include "persistence/file_reader.hpp"
#include "persistence/object_names.hpp"
#include "persistence/object_pins.hpp"
#include "persistence/posix_file.hpp"

// What a directory store is inside; for its own two sources.
namespace pixmill::persistence {

/// Where temporary files are: this process's, and those of processes on other
/// machines.
inline constexpr auto temporary_folder = "tmp";
inline constexpr auto shared_temporary_folder = "tmp-shared";

class directory_store::impl {
public:
  impl(std::filesystem::path root, bool shared)
      : root_{std::move(root)}, shared_{shared} {
    // nop
  }

  caf::expected<caf::unit_t> open();
  caf::expected<std::string> put(std::span<const std::uint8_t> bytes,
                                 image_format format);
  caf::expected<caf::unit_t> sync();
  void release(std::string_view sha256);
  bool adopt(std::string_view sha256, image_format format, std::uint64_t size);
  bool contains(std::string_view sha256, image_format format) const;
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
  using clock = std::chrono::steady_clock;

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

  std::optional<std::uint64_t> size_of(std::string_view sha256,
                                       image_format format) const;
  const char* temporaries() const {
    return shared_ ? shared_temporary_folder : temporary_folder;
  }

  object_pins pins_;
  std::filesystem::path root_;
  bool shared_;
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

} // namespace pixmill::persistence
