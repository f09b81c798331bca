#include "persistence/s3_owners.hpp"

#include <algorithm>
#include <utility>

#include "model/sha256.hpp"
#include "persistence/object_names.hpp"

namespace pixmill::persistence {

s3_owners::s3_owners(std::shared_ptr<net::s3_bucket> bucket,
                     const std::string& prefix, std::string id,
                     std::function<void(std::chrono::seconds)> wait)
    : bucket_{std::move(bucket)}, images_{prefix}, owners_{key_of(prefix, {})},
      id_{std::move(id)}, wait_{std::move(wait)} {}

// Keys of images come before those of owners. What is not an image's is not
// ours; but where there is much of it, there may be images behind.
caf::expected<bool> s3_owners::has_images() const {
  constexpr std::size_t folder_length = 3; // `ab/`
  const auto page = bucket_->list(images_);
  if (!page)
    return page.error();
  return !page->next.empty()
         || std::any_of(
           page->keys.begin(), page->keys.end(), [&](const std::string& key) {
             const auto name = std::string_view{key}.substr(images_.size());
             return name.size() > folder_length
                    && object_of(name.substr(folder_length));
           });
}

caf::expected<caf::unit_t> s3_owners::enter(const std::string& id) const {
  return bucket_->put(owners_ + id, {}, sha256_of(std::string_view{}),
                      "application/octet-stream");
}

caf::expected<caf::unit_t> s3_owners::claim(bool journal_is_new) const {
  const auto known = bucket_->list(owners_);
  if (!known)
    return known.error();
  if (std::find(known->keys.begin(), known->keys.end(), owners_ + id_)
      != known->keys.end())
    return caf::unit;
  if (known->keys.empty() && journal_is_new) {
    const auto found = has_images();
    if (!found)
      return found.error();
    if (*found)
      if (auto entered = enter("unknown"); !entered)
        return entered;
  }
  if (auto entered = enter(id_); !entered)
    return entered;
  if (!known->keys.empty())
    wait_(time_to_enter);
  return caf::unit;
}

caf::expected<bool> s3_owners::if_sole(const std::function<void()>& act) const {
  const auto known = bucket_->list(owners_, {}, 2);
  if (!known)
    return known.error();
  if (known->keys.size() != 1 || known->keys.front() != owners_ + id_)
    return false;
  act();
  return true;
}

} // namespace pixmill::persistence
