#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Signatures of webhooks.
/// @see Standard Webhooks, https://www.standardwebhooks.com
namespace pixmill {

/// A secret that sender and receiver of webhooks share: `whsec_` and the base64
/// of 24 to 64 bytes. Never goes into a log or an error.
class webhook_secret {
public:
  /// @returns Nothing when `text` is no such secret.
  static std::optional<webhook_secret> parse(std::string_view text);

  /// Returns a new one of 32 random bytes.
  static webhook_secret random();

  /// Returns it as `parse` reads it.
  const std::string& text() const noexcept {
    return text_;
  }

  /// Returns `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`.
  std::string sign(std::string_view id, std::string_view timestamp,
                   std::string_view body) const;

private:
  webhook_secret(std::string text, std::string key)
      : text_{std::move(text)}, key_{std::move(key)} {}

  std::string text_;
  std::string key_;
};

/// Returns the value of `webhook-signature`: one signature for each secret,
/// separated by blanks, so that a receiver who knows any of them is content.
std::string sign_with_all(const std::vector<webhook_secret>& secrets,
                          std::string_view id, std::string_view timestamp,
                          std::string_view body);

/// What the headers of a webhook say.
struct webhook_headers {
  std::string id;
  std::string timestamp; ///< Seconds since the Unix epoch.
  std::string signature; ///< Of `sign_with_all`.
};

enum class webhook_verdict : std::uint8_t {
  genuine,
  malformed,  ///< A header is missing, or is not what it has to be.
  too_old,    ///< Signed, but longer ago than is tolerated.
  too_new,    ///< Signed, but further ahead than is tolerated.
  not_signed, ///< By none of the secrets; or not this id, time or body.
};

/// Returns `genuine`, `too_old`, …
std::string_view to_string(webhook_verdict verdict) noexcept;

/// Judges a webhook as its receiver has to.
/// @param now Seconds since the Unix epoch.
/// @param tolerance How far timestamp and `now` may be apart.
webhook_verdict judge_webhook(const std::vector<webhook_secret>& secrets,
                              const webhook_headers& headers,
                              std::string_view body, std::int64_t now,
                              std::chrono::seconds tolerance);

} // namespace pixmill
