#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include "model/errc.hpp"

namespace pixmill::net {

enum class http_method : std::uint8_t { get, head, post, put, del };

/// One part of a multipart/form-data body.
struct http_part {
  std::string name;
  std::string body{};      ///< Its bytes, unless `file` is set.
  std::string file{};      ///< Path; streamed from disk. Empty: `body` is sent.
  std::string file_name{}; ///< What the receiver is told; empty: none.
  std::string content_type{};
};

struct http_request {
  http_method method = http_method::get;
  std::string url{};                 ///< Absolute, http or https.
  std::vector<std::string> fields{}; ///< Header lines: `Name: value`.
  std::string body{};                ///< Of a PUT or a POST without `parts`.
  /// Sent instead of `body` when it is set; outlives the request.
  std::optional<std::string_view> borrowed_body{};
  std::string content_type{};           ///< Of `body`; empty: none is said.
  std::vector<http_part> parts{};       ///< Not empty: multipart/form-data.
  std::chrono::milliseconds timeout{0}; ///< For all of it; zero: no limit.
};

struct http_answer {
  int status = 0;
  /// Header fields by name in lower case; of equals the last.
  std::map<std::string, std::string, std::less<>> fields;
  std::string body; ///< Empty where it was handed on as it came.

  bool is_success() const noexcept {
    return status >= 200 && status < 300;
  }

  /// Returns a header field; empty: there is none.
  /// @param name In lower case.
  std::string field(std::string_view name) const;
};

/// What requests are signed with, by AWS Signature Version 4.
struct aws_signing {
  std::string region;
  std::string service;
  std::string access_key;
  std::string secret_key;
};

struct http_client_settings {
  std::string token{}; ///< Sent as `Authorization: Bearer`; empty: none.
  /// Every request is signed so. It has to bring what libcurl 7.88 does not
  /// make: `x-amz-content-sha256`, a query that is encoded and in order, and,
  /// with a body, a `content_type`.
  std::optional<aws_signing> signing{};
  std::string ca_file{}; ///< PEM; empty: the system's authorities.
  std::chrono::milliseconds connect_timeout{10'000};
  /// A transfer that moves no byte for so long has failed.
  std::chrono::seconds stall_timeout{60};
  /// Of an answer that is kept in memory.
  std::size_t max_body_bytes = 16 << 20;
  /// Asked ten times a second; true ends the request. Empty: never.
  std::function<bool()> stop{};
};

/// Sends requests to the operator's own service, one after another, over
/// connections that it keeps. Any address may be reached, so it is not for
/// URLs of strangers: see `downloader`. Follows no redirect, uses no proxy.
/// @note One thread at a time.
class http_client {
public:
  /// Is given the bytes of a body as they come; an error ends the request.
  using body_taker = std::function<caf::error(std::string_view)>;

  explicit http_client(http_client_settings settings);
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  /// Sends a request and blocks until its answer has ended.
  /// @param take Gets the body of a 2xx answer; empty: it is kept in memory,
  ///        as that of any other answer is.
  /// @returns The answer, whatever its status.
  /// @retval errc::url_invalid, errc::dns, errc::connect, errc::tls,
  ///         errc::timeout, errc::truncated No whole answer; names the URL.
  /// @retval errc::too_large       More than `max_body_bytes`.
  /// @retval errc::file_unreadable Names the file of a part.
  /// @retval errc::interrupted     `stop` said so.
  /// @retval any                  The error of `take`.
  caf::expected<http_answer> send(const http_request& request,
                                  const body_taker& take = {});

private:
  class connection;
  std::unique_ptr<connection> connection_;
};

} // namespace pixmill::net
