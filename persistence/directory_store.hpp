#pragma once

#include <filesystem>
#include <memory>

#include "persistence/object_store.hpp"

namespace pixmill::persistence {

/// An object store in a directory: `ab/<sha256>.jpg`, written under a
/// temporary name, synced, renamed, its folder synced.
///
/// `put` only writes; `sync` does the rest for all files at once: one `syncfs`
/// before the renaming and one after it. With 64 files that takes a quarter of
/// the CPU of an `fsync` for each file and folder. Where `syncfs` cannot be
/// trusted, or others keep the disk so busy that it takes over 2 s, `put`
/// syncs and renames each file itself.
class directory_store final : public object_store {
public:
  /// Opens or creates the store and removes temporary files of a dead process.
  /// @retval errc::file_unwritable The folder cannot be made or written.
  static caf::expected<std::unique_ptr<directory_store>>
  open(std::filesystem::path root);

  /// Opens a store that belongs to a process on another machine, perhaps. Where
  /// locks do not reach from one machine to another, temporary files of the
  /// living cannot be told from those of the dead; so they are in a folder of
  /// their own, and removed when they are an hour old.
  /// @retval errc::file_unwritable The folder cannot be written.
  static caf::expected<std::unique_ptr<directory_store>>
  open_shared(std::filesystem::path root);
  ~directory_store() override;

  caf::expected<std::string> put(std::span<const std::uint8_t> bytes,
                                 image_format format) override;
  caf::expected<caf::unit_t> sync() override;
  void release(std::string_view sha256) override;
  bool adopt(std::string_view sha256, image_format format,
             std::uint64_t size) override;
  caf::expected<bool> remove_if(std::string_view sha256, image_format format,
                                const std::function<bool()>& unused) override;
  caf::expected<std::vector<stored_object>>
  list(std::size_t shard) const override;
  caf::expected<bool> contains(std::string_view sha256,
                               image_format format) const override;
  caf::expected<std::string> get(std::string_view sha256,
                                 image_format format) const override;
  caf::expected<std::unique_ptr<object_reader>>
  open(std::string_view sha256, image_format format) const override;

  /// Returns where an object is, relative to the store's root.
  static std::filesystem::path relative_path(std::string_view sha256,
                                             image_format format);

private:
  class impl;
  static caf::expected<std::unique_ptr<directory_store>>
  open(std::unique_ptr<impl> made);
  explicit directory_store(std::unique_ptr<impl> impl);
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill::persistence
