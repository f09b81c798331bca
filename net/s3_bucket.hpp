#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "net/s3_address.hpp"
#include "net/s3_answer.hpp"
#include "net/s3_client.hpp"
#include "net/settings.hpp"

namespace pixmill::net {

/// Part of an object.
struct s3_piece {
  std::string bytes;
  std::uint64_t size = 0; ///< Of the whole object.
  std::string etag;       ///< Of the whole object; empty: it has none.
};

/// One bucket of an S3 API.
///
/// Bodies go up with their SHA-256, which the API compares, and what it says it
/// has stored (an MD5) is compared in turn. Larger ones go up in parts; what
/// has gone up of an upload that fails is taken back.
///
/// All of it fails with the errors of `s3_client::send`, which name bucket and
/// key, never a secret.
/// @note Thread-safe; blocks on the network.
class s3_bucket {
public:
  /// @retval errc::config_invalid Names the setting that is missing or wrong.
  static caf::expected<std::unique_ptr<s3_bucket>>
  open(const s3_settings& settings);

  /// Asks for one key: whether the API is there, knows us and has the bucket.
  caf::expected<caf::unit_t> check();

  /// Stores an object; durable on return.
  /// @param sha256 Of `bytes`.
  caf::expected<caf::unit_t> put(const std::string& key,
                                 std::span<const std::uint8_t> bytes,
                                 std::string_view sha256,
                                 std::string_view content_type);

  /// Returns an object's size; nothing: there is no such object.
  caf::expected<std::optional<std::uint64_t>> size(const std::string& key);

  /// Reads a whole object.
  /// @retval errc::store There is no such object, too.
  caf::expected<std::string> get(const std::string& key);

  /// Reads `length` bytes from `offset` on, or those up to the object's end.
  /// @param etag Fails with `errc::store` unless the object still has it;
  /// empty:
  ///        any will do.
  caf::expected<s3_piece> get(const std::string& key, std::uint64_t offset,
                              std::uint64_t length,
                              const std::string& etag = {});

  /// Removes an object, if there is one: within 5 s, in one attempt.
  caf::expected<caf::unit_t> remove(const std::string& key);

  /// Lists keys that start with `prefix`, in order.
  /// @param from `s3_page::next` of the page before; empty: the first page.
  /// @param most On one page, up to 1,000.
  caf::expected<s3_page> list(const std::string& prefix,
                              const std::string& from = {},
                              std::size_t most = 1'000);

  /// Ends all requests, those to come too.
  void interrupt() {
    client_.interrupt();
  }

  /// Returns what a person knows an object by: `bucket/key`.
  std::string name_of(std::string_view key) const {
    return address_.name_of(key);
  }

private:
  s3_bucket(const s3_settings& settings, s3_address address);

  s3_request request(http_method method, std::string_view key,
                     const s3_query& query = {}) const;
  s3_request upload(std::string_view key, std::span<const std::uint8_t> bytes,
                    std::string_view sha256, const s3_query& query = {}) const;
  void say_how_to_keep(http_request& request,
                       std::string_view content_type) const;
  caf::expected<caf::unit_t> put_in_parts(const std::string& key,
                                          std::span<const std::uint8_t> bytes,
                                          std::string_view content_type);
  caf::expected<caf::unit_t> send_parts(const std::string& key,
                                        const std::string& upload_id,
                                        std::span<const std::uint8_t> bytes);
  caf::expected<caf::unit_t> complete(const std::string& key,
                                      const std::string& upload_id,
                                      const std::vector<std::string>& etags,
                                      std::uint64_t size);

  s3_settings settings_;
  s3_address address_;
  s3_client client_;
};

} // namespace pixmill::net
