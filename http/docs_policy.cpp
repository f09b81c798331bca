#include "http/docs_policy.hpp"

#include "model/base64.hpp"
#include "model/sha256.hpp"

namespace pixmill::http {

std::string policy_hash(std::string_view text) {
  const auto hex = sha256_of(text);
  std::string bytes;
  for (std::size_t at = 0; at < hex.size(); at += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
  return "'sha256-" + base64_of(bytes) + "'";
}

std::string docs_policy(std::string_view style) {
  return "default-src 'none'; style-src " + policy_hash(style)
         + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

} // namespace pixmill::http
