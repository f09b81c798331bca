#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "net/s3_bucket.hpp"
#include "persistence/object_owners.hpp"

namespace pixmill::persistence {

/// The owners of a bucket: an empty object `PREFIXowners/ID` for each.
///
/// S3 has no lock. So a journal that enters where others are waits, before it
/// uses the bucket, for longer than what one of them may be about to remove
/// takes.
class s3_owners final : public object_owners {
public:
  static constexpr std::chrono::seconds time_to_enter{20};

  /// @param wait Waits so long.
  s3_owners(std::shared_ptr<net::s3_bucket> bucket, const std::string& prefix,
            std::string id, std::function<void(std::chrono::seconds)> wait);

  /// Returns the key of an owner's object.
  static std::string key_of(const std::string& prefix, const std::string& id) {
    return prefix + "owners/" + id;
  }

  caf::expected<caf::unit_t> claim(bool journal_is_new) const override;
  caf::expected<bool> if_sole(const std::function<void()>& act) const override;

private:
  caf::expected<bool> has_images() const;
  caf::expected<caf::unit_t> enter(const std::string& id) const;

  std::shared_ptr<net::s3_bucket> bucket_;
  std::string images_; ///< What the keys of images start with.
  std::string owners_; ///< What the keys of owners start with.
  std::string id_;
  std::function<void(std::chrono::seconds)> wait_;
};

} // namespace pixmill::persistence
