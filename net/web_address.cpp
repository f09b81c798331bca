#include "net/web_address.hpp"

#include <algorithm>
#include <memory>

#include <curl/curl.h>

#include "model/errc.hpp"

namespace pixmill::net {
namespace {

struct url_deleter {
  void operator()(CURLU* url) const noexcept {
    curl_url_cleanup(url);
  }
};

using url_handle = std::unique_ptr<CURLU, url_deleter>;

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK)
    return {};
  std::string result{text};
  curl_free(text);
  return result;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string origin_of(CURLU* url) {
  auto result = part(url, CURLUPART_SCHEME) + "://" + part(url, CURLUPART_HOST)
                + ":" + part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

bool is_web(CURLU* url) {
  const auto scheme = part(url, CURLUPART_SCHEME);
  return scheme == "http" || scheme == "https";
}

// Returns the scheme that a reference starts with, in lower case; empty for a
// relative one. RFC 3986, 3.1; libcurl knows none but those with slashes.
std::string scheme_of(const std::string& reference) {
  const auto colon = reference.find(':');
  if (colon == reference.npos || colon == 0
      || reference.find_first_of("/?#") < colon)
    return {};
  auto result = reference.substr(0, colon);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

// Returns the host of an absolute or scheme-relative reference as it is
// spelled, but in lower case; empty for any other.
std::string spelled_host(const std::string& reference) {
  const auto scheme = scheme_of(reference);
  const auto slashes = scheme.empty() ? 0 : scheme.size() + 1;
  if (reference.compare(slashes, 2, "//") != 0)
    return {};
  auto result = reference.substr(slashes + 2);
  result.erase(std::min(result.find_first_of("/?#"), result.size()));
  if (const auto at = result.rfind('@'); at != result.npos)
    result.erase(0, at + 1);
  const auto colon = result.rfind(':');
  if (colon != result.npos && result.find(']', colon) == result.npos)
    result.erase(colon);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

caf::error invalid(CURLUcode why) {
  return make_error(errc::url_invalid, curl_url_strerror(why));
}

} // namespace

std::string origin_named_by(std::string_view url) {
  const auto colon = url.find("://");
  if (colon == url.npos)
    return {};
  std::string out{url.substr(0, colon)};
  std::transform(out.begin(), out.end(), out.begin(), lower);
  if (out != "http" && out != "https")
    return {};
  const bool secure = out.size() == 5;
  auto authority = url.substr(colon + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != authority.npos)
    authority.remove_prefix(at + 1);
  if (authority.empty())
    return {};
  const auto port = authority.rfind(':');
  const bool has_port =
    port != authority.npos && authority.find(']', port) == authority.npos;
  out += "://";
  for (const char c : authority)
    out += lower(c);
  if (!has_port)
    out += secure ? ":443" : ":80";
  else if (port + 1 == authority.size())
    out += secure ? "443" : "80";
  return out;
}

caf::expected<web_address> web_address::parse(const std::string& url) {
  const url_handle handle{curl_url()};
  const auto set = curl_url_set(handle.get(), CURLUPART_URL, url.c_str(),
                                CURLU_NON_SUPPORT_SCHEME);
  if (set != CURLUE_OK)
    return invalid(set);
  if (!is_web(handle.get()))
    return make_error(errc::url_invalid, "not http or https");
  if (part(handle.get(), CURLUPART_HOST).empty())
    return make_error(errc::url_invalid, "no host");
  web_address result;
  result.url_ = url;
  result.origin_ = origin_of(handle.get());
  return result;
}

caf::expected<web_address>
web_address::resolve(const std::string& location) const {
  const auto scheme = scheme_of(location);
  if (!scheme.empty() && scheme != "http" && scheme != "https")
    return make_error(errc::address_blocked, "redirect to " + scheme + ":");
  const url_handle handle{curl_url()};
  std::string host;
  auto set = curl_url_set(handle.get(), CURLUPART_URL, url_.c_str(), 0);
  if (set == CURLUE_OK)
    host = part(handle.get(), CURLUPART_HOST);
  if (set == CURLUE_OK)
    set = curl_url_set(handle.get(), CURLUPART_URL, location.c_str(),
                       CURLU_URLENCODE | CURLU_ALLOW_SPACE);
  if (set != CURLUE_OK)
    return invalid(set);
  if (part(handle.get(), CURLUPART_HOST).empty())
    return make_error(errc::url_invalid, "redirect to a URL without host");
  web_address result;
  result.url_ = part(handle.get(), CURLUPART_URL);
  const auto spelled = spelled_host(location);
  result.at_first_host_ = at_first_host_
                          && part(handle.get(), CURLUPART_HOST) == host
                          && (spelled.empty() || spelled == spelled_host(url_));
  result.origin_ = origin_of(handle.get());
  return result;
}

} // namespace pixmill::net
