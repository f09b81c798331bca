#include "model/task_permit.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace pixmill {

task_permits::task_permits(std::string secret) : secret_{std::move(secret)} {}

std::string task_permits::signature(std::string_view text) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       mac.data(), &size);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (unsigned int i = 0; i < size; ++i)
    (out += digits[mac[i] >> 4]) += digits[mac[i] & 15];
  return out;
}

std::string task_permits::issue(std::string_view job, std::uint64_t lease,
                                unix_ms expires) const {
  auto text = std::string{job} + '.' + std::to_string(lease) + '.'
              + std::to_string(expires);
  const auto sign = signature(text);
  return std::move(text) + '.' + sign;
}

bool task_permits::valid(std::string_view permit, unix_ms now) const {
  const auto last = permit.rfind('.');
  if (last == permit.npos)
    return false;
  const auto text = permit.substr(0, last);
  const auto given = permit.substr(last + 1);
  const auto wanted = signature(text);
  // Takes the same time wherever the two differ.
  if (given.size() != wanted.size()
      || CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) != 0)
    return false;
  const auto time = text.substr(text.rfind('.') + 1);
  unix_ms expires = 0;
  std::from_chars(time.data(), time.data() + time.size(), expires);
  return now < expires;
}

} // namespace pixmill
