#pragma once

#include <memory>

#include "net/s3_bucket.hpp"
#include "net/settings.hpp"
#include "persistence/object_pins.hpp"
#include "persistence/object_store.hpp"
#include "persistence/removed_objects.hpp"

namespace pixmill::persistence {

/// An object store in a bucket of an S3 API: `PREFIXab/<sha256>.jpg`.
///
/// What `put` has answered is durable, so `sync` has nothing to do. Readers
/// fetch ahead, so that a file in small pieces costs few requests.
class s3_store final : public object_store {
public:
  /// Makes sure that the API is there, knows us and has the bucket.
  /// @retval errc::config_invalid    Names the setting.
  /// @retval errc::store_unavailable Names the endpoint or what it said.
  static caf::expected<std::unique_ptr<s3_store>>
  open(const net::s3_settings& settings);

  /// Uses a bucket without asking for it.
  s3_store(std::shared_ptr<net::s3_bucket> bucket, std::string prefix);

  /// @retval errc::store_unavailable The API does not answer or refuses us; the
  ///         image can wait.
  /// @retval errc::interrupted `interrupt` was called.
  caf::expected<std::string> put(std::span<const std::uint8_t> bytes,
                                 image_format format) override;
  caf::expected<caf::unit_t> sync() override;
  void release(std::string_view sha256) override;
  /// The API is asked only about what this process may have removed.
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
  void interrupt() override;

  const std::shared_ptr<net::s3_bucket>& bucket() const noexcept {
    return bucket_;
  }

private:
  caf::expected<std::string> key_of(std::string_view sha256,
                                    image_format format) const;

  std::shared_ptr<net::s3_bucket> bucket_;
  std::string prefix_;
  object_pins pins_;
  removed_objects removed_;
};

} // namespace pixmill::persistence
