#include "http/caller_check.hpp"

#include <algorithm>
#include <string>

namespace pixmill::http {
namespace {

// What stands between `//` and the next `/`.
std::string_view authority_of(std::string_view url) {
  const auto scheme = url.find("//");
  if (scheme == std::string_view::npos)
    return {};
  url.remove_prefix(scheme + 2);
  return url.substr(0, url.find('/'));
}

std::string_view without_port(std::string_view authority) {
  const auto colon = authority.rfind(':');
  const auto bracket = authority.rfind(']');
  if (colon == std::string_view::npos
      || (bracket != std::string_view::npos && colon < bracket))
    return authority;
  return authority.substr(0, colon);
}

// Numbers only: a name such as `127.shop.example` is somebody's.
bool is_loopback(std::string_view host) {
  const bool numeric = std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '.';
  });
  return host == "localhost" || host == "[::1]"
         || (numeric && host.starts_with("127."));
}

} // namespace

std::optional<problem> refused_caller(std::string_view host,
                                      std::string_view origin,
                                      std::string_view public_url) {
  const auto ours = authority_of(public_url);
  if (!is_loopback(without_port(host)) && host != ours)
    return problem{
      403, "foreign-host", "This host is not served here",
      std::string{host} + " is neither this machine nor in public-url", 0};
  const auto asking = authority_of(origin);
  if (!origin.empty() && asking != host && asking != ours)
    return problem{403, "foreign-origin", "Pages of other sites may not ask",
                   std::string{origin}, 0};
  return std::nullopt;
}

bool is_origin(const std::string& text) {
  const bool known =
    text.starts_with("https://") || text.starts_with("http://");
  const auto authority = authority_of(text);
  return known && !authority.empty() && text.ends_with(authority)
         && authority.find_first_of("@?#*, ") == std::string_view::npos;
}

} // namespace pixmill::http
