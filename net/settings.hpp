#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace pixmill::net {

/// Section `[fetch]`: how images are downloaded.
struct fetch_settings {
  /// Transfers at once on this node.
  std::uint32_t max_transfers = 64;
  /// Transfers at once from one origin (scheme, host and port).
  std::uint32_t per_origin = 6;
  /// Largest body, bytes.
  std::uint64_t max_bytes = 25ull << 20;
  /// Bodies held in memory at once on this node, bytes.
  std::uint64_t memory_budget = 256ull << 20;
  std::chrono::milliseconds connect_timeout{10'000};
  /// One whole transfer, redirects included.
  std::chrono::milliseconds total_timeout{60'000};
  /// A transfer slower than `low_speed_bytes` a second for this long fails.
  std::chrono::seconds low_speed_time{15};
  std::uint32_t low_speed_bytes = 1'000;
  std::uint32_t max_redirects = 5;
  /// Ports that may be connected to besides 80 and 443.
  std::vector<std::uint16_t> allow_ports;
  /// Address ranges that may be reached although they are not global unicast,
  /// such as `127.0.0.0/8`. They are open to the URLs of the sheet, not to
  /// redirects that leave the host that the sheet names.
  std::vector<std::string> allow_cidrs;
  /// PEM file of the certificate authorities to trust instead of the system's;
  /// empty: the system's.
  std::string ca_file;
  /// Attempts in all for one image that fails transiently.
  std::uint32_t max_attempts = 4;
  /// The first pause before another attempt; doubles, with full jitter.
  std::chrono::milliseconds first_pause{500};
  /// No pause is longer, unless the origin's Retry-After asks for it.
  std::chrono::milliseconds longest_pause{30'000};
  /// A Retry-After beyond this counts as this.
  std::chrono::seconds longest_retry_after{300};
};

/// Section `[webhook]`, what concerns the network.
struct webhook_settings {
  /// From the look-up of the name to the end of the answer.
  std::chrono::milliseconds timeout{15'000};
  /// Ports that webhooks may be sent to besides 80, 443 and those of `[fetch]`.
  std::vector<std::uint16_t> allow_ports;
  /// Address ranges that webhooks may be sent to although they are not public,
  /// besides those of `[fetch]`.
  std::vector<std::string> allow_cidrs;
};

/// How an S3 API is told which bucket is meant.
enum class s3_style : std::uint8_t {
  path,         ///< `endpoint/bucket/key`
  virtual_host, ///< `bucket.endpoint/key`
};

/// What the S3 API is asked to encrypt objects with.
enum class s3_encryption : std::uint8_t {
  none, ///< Nothing is said; the bucket's own rule holds.
  aes256,
  kms,
};

/// Section `[store]`, what concerns an S3 API.
struct s3_settings {
  /// `https://host:port`; empty: that of AWS in `region`.
  std::string endpoint;
  std::string region = "us-east-1";
  std::string bucket;
  /// What the keys of all objects start with.
  std::string prefix;
  s3_style style = s3_style::path;
  s3_encryption encryption = s3_encryption::none;
  /// Of the KMS; empty: its default.
  std::string kms_key;
  std::string access_key;
  std::string secret_key;
  /// Of temporary credentials; empty: none.
  std::string session_token;
  /// PEM file of the certificate authorities to trust instead of the system's.
  std::string ca_file;
  /// A larger object goes up in parts of so many bytes.
  std::uint64_t multipart_bytes = 16ull << 20;
  /// Attempts in all for one request that fails transiently.
  std::uint32_t max_attempts = 4;
  /// The first pause before another attempt; doubles, with full jitter.
  std::chrono::milliseconds first_pause{200};
  /// One attempt.
  std::chrono::milliseconds timeout{60'000};
  /// Requests at once when images are stored.
  std::uint32_t max_transfers = 32;
};

} // namespace pixmill::net
