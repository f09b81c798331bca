#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/image_format.hpp"

namespace pixmill::persistence {

/// One stored file, open for reading.
class object_reader {
public:
  virtual ~object_reader() = default;

  /// In bytes.
  virtual std::uint64_t size() const noexcept = 0;

  /// Fills `to` with what stands from `offset` on.
  /// @retval errc::store It cannot be read, or ends before.
  /// @note Blocks on the disk or the network. One thread at a time.
  virtual caf::expected<caf::unit_t> read(std::uint64_t offset,
                                          std::span<char> to) const = 0;
};

/// An object as the store lists it.
struct stored_object {
  std::string sha256;
  image_format format = image_format::unknown;
};

/// Stores image files under the hash of their content.
class object_store {
public:
  virtual ~object_store() = default;

  /// Stores `bytes`: durable, and there for `get`, after the next `sync`.
  /// Storing the same bytes again is cheap and harmless. `remove` spares the
  /// object until `release` was called as often as this.
  /// @returns The SHA-256 as 64 lower-case hex digits: the object's key.
  /// @retval errc::disk_full No space.
  /// @retval errc::store_unavailable The store does not answer, or refuses us;
  ///         as with a full disk, the image can wait.
  /// @retval errc::store     Any other failure; names the path.
  /// @note Thread-safe; blocks on the disk or the network.
  virtual caf::expected<std::string> put(std::span<const std::uint8_t> bytes,
                                         image_format format) = 0;

  /// Makes all files stored before this call durable. A file is lost only
  /// with an error, and then until a later call has succeeded.
  /// @note Thread-safe; blocks on the disk.
  virtual caf::expected<caf::unit_t> sync() = 0;

  /// Says that the outcome of one `put` is recorded. An outcome that is given
  /// up is not; its object is spared for as long as the process lives.
  /// @note Thread-safe.
  virtual void release(std::string_view sha256) = 0;

  /// Says that another process has stored an object whose outcome is about to
  /// be recorded: from now on `remove` spares it until `release`, as after
  /// `put`.
  /// @param size Of the object, bytes.
  /// @returns Whether it is there, whole; else it is not spared.
  /// @note Thread-safe; may block on the disk or the network.
  virtual bool adopt(std::string_view sha256, image_format format,
                     std::uint64_t size) = 0;

  /// Removes an object that no outcome names, unless somebody has put the same
  /// and not released it.
  /// @returns Whether it is gone.
  /// @retval errc::store It cannot be removed.
  /// @retval errc::store_unavailable The store does not answer.
  /// @note Thread-safe.
  caf::expected<bool> remove(std::string_view sha256, image_format format) {
    return remove_if(sha256, format, [] { return true; });
  }

  /// Removes an object as `remove` does if `unused` says so, which is asked at
  /// a moment from which on nobody can put the same before it is gone.
  virtual caf::expected<bool>
  remove_if(std::string_view sha256, image_format format,
            const std::function<bool()>& unused) = 0;

  /// Returns the objects of one of `shard_count` parts of the store.
  virtual caf::expected<std::vector<stored_object>>
  list(std::size_t shard) const = 0;

  static constexpr std::size_t shard_count = 256;

  /// Returns whether there is such an object.
  /// @retval errc::store_unavailable The store does not answer.
  /// @note Thread-safe; blocks on the disk or the network.
  virtual caf::expected<bool> contains(std::string_view sha256,
                                       image_format format) const = 0;

  /// Reads a whole object.
  /// @retval errc::store It does not exist or cannot be read.
  /// @retval errc::store_unavailable The store does not answer.
  virtual caf::expected<std::string> get(std::string_view sha256,
                                         image_format format) const = 0;

  /// Opens an object, to be read piece by piece.
  /// @retval errc::store It does not exist or cannot be read.
  /// @retval errc::store_unavailable The store does not answer.
  virtual caf::expected<std::unique_ptr<object_reader>>
  open(std::string_view sha256, image_format format) const = 0;

  /// Says that nobody waits for this store any more: what blocks for long ends
  /// with `errc::interrupted`, and so does all that comes.
  /// @note Thread-safe.
  virtual void interrupt() {}
};

} // namespace pixmill::persistence
