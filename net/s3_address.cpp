#include "net/s3_address.hpp"

#include <algorithm>

#include "model/errc.hpp"
#include "net/web_address.hpp"

namespace pixmill::net {
namespace {

bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'
         || c == '~';
}

std::string encoded(std::string_view text, bool keeps_slash) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c) || (keeps_slash && c == '/'))
      out += c;
    else
      (((out += '%') += digits[byte >> 4]) += digits[byte & 15]);
  }
  return out;
}

caf::error wrong(std::string_view key, std::string_view what) {
  return make_error(errc::config_invalid,
                    "[store] " + std::string{key} + ": " + std::string{what});
}

bool is_bucket_name(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63
         && std::all_of(name.begin(), name.end(), is_unreserved)
         && name.front() != '.' && name.find("..") == name.npos;
}

// Scheme, host and port; nothing else may stand in an endpoint.
caf::expected<std::string> endpoint_of(const s3_settings& settings) {
  if (settings.endpoint.empty())
    return "https://s3." + settings.region + ".amazonaws.com";
  auto text = settings.endpoint;
  text.erase(text.find_last_not_of('/') + 1);
  const auto parsed = web_address::parse(text);
  const auto host = text.find("://");
  if (!parsed || host == text.npos
      || text.find_first_of("/?#@", host + 3) != text.npos)
    return wrong("s3-endpoint",
                 "such as https://s3.shop.example:9000 is wanted, without a "
                 "path, a user or a password");
  return text;
}

bool is_region(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_unreserved);
}

} // namespace

caf::expected<s3_address> s3_address::of(const s3_settings& settings) {
  if (!is_bucket_name(settings.bucket))
    return wrong("s3-bucket", "a name of 3 to 63 letters, digits, - or . is "
                              "wanted");
  if (!is_region(settings.region))
    return wrong("s3-region", "such as eu-central-1 is wanted");
  auto endpoint = endpoint_of(settings);
  if (!endpoint)
    return std::move(endpoint.error());
  s3_address out;
  out.bucket_ = settings.bucket;
  out.base_ = std::move(*endpoint);
  if (settings.style == s3_style::path)
    out.base_ += '/' + settings.bucket;
  else
    out.base_.insert(out.base_.find("://") + 3, settings.bucket + '.');
  return out;
}

std::string s3_address::url(std::string_view key, const s3_query& query) const {
  auto out = base_;
  if (!key.empty() || base_.find('/', base_.find("://") + 3) == base_.npos)
    out += '/' + encoded(key, true);
  char sign = '?';
  for (const auto& [name, value] : query) {
    out += sign + encoded(name, false) + '=' + encoded(value, false);
    sign = '&';
  }
  return out;
}

std::string s3_address::name_of(std::string_view key) const {
  return bucket_ + '/' + std::string{key};
}

} // namespace pixmill::net
