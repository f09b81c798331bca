#include "persistence/s3_store.hpp"

#include <algorithm>
#include <utility>

#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "persistence/object_names.hpp"

namespace pixmill::persistence {
namespace {

// Most images fit in the first request; a reader that goes on wants the rest.
constexpr std::uint64_t first_bytes = 256 << 10;
constexpr std::uint64_t ahead_bytes = 2 << 20;

/// Keeps what it has fetched beyond what was asked for.
class s3_reader final : public object_reader {
public:
  s3_reader(std::shared_ptr<net::s3_bucket> bucket, std::string key,
            net::s3_piece first)
      : bucket_{std::move(bucket)}, key_{std::move(key)}, size_{first.size},
        etag_{std::move(first.etag)}, window_{std::move(first.bytes)} {
    // nop
  }

  std::uint64_t size() const noexcept override {
    return size_;
  }

  caf::expected<caf::unit_t> read(std::uint64_t offset,
                                  std::span<char> to) const override {
    while (!to.empty()) {
      if (offset < begin_ || offset >= begin_ + window_.size())
        if (auto fetched = fetch(offset, to.size()); !fetched)
          return fetched;
      const auto from = static_cast<std::size_t>(offset - begin_);
      const auto count = std::min(to.size(), window_.size() - from);
      std::copy_n(window_.data() + from, count, to.data());
      offset += count;
      to = to.subspan(count);
    }
    return caf::unit;
  }

private:
  caf::expected<caf::unit_t> fetch(std::uint64_t offset,
                                   std::uint64_t least) const {
    auto piece =
      offset < size_
        ? bucket_->get(key_, offset, std::max(least, ahead_bytes), etag_)
        : caf::expected<net::s3_piece>{net::s3_piece{}};
    if (!piece)
      return std::move(piece.error());
    if (piece->bytes.empty())
      return make_error(errc::store,
                        bucket_->name_of(key_) + ": ends before it should");
    begin_ = offset;
    window_ = std::move(piece->bytes);
    return caf::unit;
  }

  std::shared_ptr<net::s3_bucket> bucket_;
  std::string key_;
  std::uint64_t size_;
  std::string etag_;
  // What was fetched last; reading does not change the object.
  mutable std::uint64_t begin_ = 0;
  mutable std::string window_;
};

} // namespace

caf::expected<std::unique_ptr<s3_store>>
s3_store::open(const net::s3_settings& settings) {
  auto bucket = net::s3_bucket::open(settings);
  if (!bucket)
    return std::move(bucket.error());
  if (auto checked = (*bucket)->check(); !checked)
    return std::move(checked.error());
  return std::make_unique<s3_store>(std::move(*bucket), settings.prefix);
}

s3_store::s3_store(std::shared_ptr<net::s3_bucket> bucket, std::string prefix)
    : bucket_{std::move(bucket)}, prefix_{std::move(prefix)} {}

caf::expected<std::string> s3_store::key_of(std::string_view sha256,
                                            image_format format) const {
  if (!is_sha256(sha256))
    return make_error(errc::store, bucket_->name_of(prefix_)
                                     + std::string{sha256.substr(0, 64)}
                                     + ": not an object's key");
  return prefix_ + folder_name(folder_index(sha256)) + '/'
         + file_name(sha256, format);
}

caf::expected<std::string> s3_store::put(std::span<const std::uint8_t> bytes,
                                         image_format format) {
  auto sha256 = sha256_of(bytes);
  // First of all: whoever removes has either finished, or sees this.
  pins_.pin(sha256);
  const auto stored = bucket_->put(*key_of(sha256, format), bytes, sha256,
                                   content_type_of(format));
  if (stored)
    return sha256;
  pins_.unpin(sha256);
  return stored.error();
}

caf::expected<caf::unit_t> s3_store::sync() {
  return caf::unit;
}

void s3_store::release(std::string_view sha256) {
  pins_.unpin(sha256);
}

bool s3_store::adopt(std::string_view sha256, image_format format,
                     std::uint64_t size) {
  const auto key = key_of(sha256, format);
  if (!key)
    return false;
  // First of all: whoever removes has either finished, or sees this.
  pins_.pin(sha256);
  if (!removed_.may_contain(sha256))
    return true;
  const auto there = bucket_->size(*key);
  if (there && *there == size)
    return true;
  pins_.unpin(sha256);
  return false;
}

caf::expected<bool> s3_store::contains(std::string_view sha256,
                                       image_format format) const {
  const auto key = key_of(sha256, format);
  if (!key)
    return key.error();
  const auto size = bucket_->size(*key);
  if (!size)
    return size.error();
  return size->has_value();
}

caf::expected<bool> s3_store::remove_if(std::string_view sha256,
                                        image_format format,
                                        const std::function<bool()>& unused) {
  const auto key = key_of(sha256, format);
  if (!key)
    return key.error();
  caf::expected<caf::unit_t> removed{caf::unit};
  const bool gone = pins_.unless_pinned(sha256, unused, [&] {
    // Also when that fails: the API may have done it all the same.
    removed_.note(sha256);
    removed = bucket_->remove(*key);
  });
  if (!removed)
    return std::move(removed.error());
  return gone;
}

caf::expected<std::vector<stored_object>>
s3_store::list(std::size_t shard) const {
  std::vector<stored_object> out;
  const auto prefix = prefix_ + folder_name(shard) + '/';
  std::string from;
  do {
    auto page = bucket_->list(prefix, from);
    if (!page)
      return std::move(page.error());
    for (const auto& key : page->keys)
      if (auto found = object_of(std::string_view{key}.substr(prefix.size())))
        out.push_back(std::move(*found));
    from = std::move(page->next);
  } while (!from.empty());
  return out;
}

caf::expected<std::string> s3_store::get(std::string_view sha256,
                                         image_format format) const {
  const auto key = key_of(sha256, format);
  if (!key)
    return key.error();
  auto bytes = bucket_->get(*key);
  if (bytes && sha256_of(*bytes) != sha256)
    return make_error(errc::store,
                      bucket_->name_of(*key) + ": is not what was stored");
  return bytes;
}

caf::expected<std::unique_ptr<object_reader>>
s3_store::open(std::string_view sha256, image_format format) const {
  auto key = key_of(sha256, format);
  if (!key)
    return std::move(key.error());
  auto first = bucket_->get(*key, 0, first_bytes);
  if (!first)
    return std::move(first.error());
  return std::unique_ptr<object_reader>{
    std::make_unique<s3_reader>(bucket_, std::move(*key), std::move(*first))};
}

void s3_store::interrupt() {
  bucket_->interrupt();
}

} // namespace pixmill::persistence
