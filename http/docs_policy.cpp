#include "http/docs_policy.hpp"

#include <vector>

#include <openssl/evp.h>

#include "model/sha256.hpp"

namespace pixmill::http {
namespace {

std::string base64_of(const std::vector<unsigned char>& bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const auto length =
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                    static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

} // namespace

std::string docs_policy(std::string_view style) {
  const auto hex = sha256_of(style);
  std::vector<unsigned char> bytes;
  for (std::size_t at = 0; at < hex.size(); at += 2)
    bytes.push_back(
      static_cast<unsigned char>(std::stoi(hex.substr(at, 2), nullptr, 16)));
  return "default-src 'none'; style-src 'sha256-" + base64_of(bytes)
         + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

} // namespace pixmill::http
