#pragma once

#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace pixmill::net {

/// An http(s) URL that names a host, and the origin that it belongs to.
class web_address {
public:
  /// @retval errc::url_invalid Malformed, not http(s), or no host.
  static caf::expected<web_address> parse(const std::string& url);

  /// Returns where a redirect leads.
  /// @param location The header field's value, absolute or relative.
  /// @retval errc::address_blocked Not http(s).
  /// @retval errc::url_invalid     Malformed or no host.
  /// @see RFC 9110, 10.2.2; spaces and bytes beyond ASCII are percent-encoded
  ///      as browsers do.
  caf::expected<web_address> resolve(const std::string& location) const;

  /// Returns the URL as it will be requested.
  const std::string& url() const noexcept {
    return url_;
  }

  /// Returns scheme, host in lower case, and port: `https://shop.example:443`.
  const std::string& origin() const noexcept {
    return origin_;
  }

  /// Returns whether the host is the one that was parsed first, in the same
  /// spelling, however many redirects led here.
  bool at_first_host() const noexcept {
    return at_first_host_;
  }

private:
  web_address() = default;

  std::string url_;
  bool at_first_host_ = true;
  std::string origin_;
};

/// Returns the origin of a URL as `web_address` has it, without looking at more
/// than that takes; empty: it is none. May differ for URLs that no sheet that
/// was accepted has, such as those with escapes in the host.
std::string origin_named_by(std::string_view url);

} // namespace pixmill::net
