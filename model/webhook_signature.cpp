#include "model/webhook_signature.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <new>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "model/base64.hpp"

namespace pixmill {
namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::string_view signature_prefix = "v1,";
constexpr std::size_t shortest_key = 24;
constexpr std::size_t longest_key = 64;
constexpr std::size_t random_key = 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_base64_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
         || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

// libcrypto takes blanks and counts padding as bytes; neither is wanted.
std::optional<std::string> from_base64(std::string_view text) {
  const auto end = text.find('=');
  const auto digits = text.substr(0, end);
  const auto padding = text.size() - digits.size();
  if (text.empty() || text.size() % 4 != 0 || padding > 2
      || !std::all_of(digits.begin(), digits.end(), is_base64_digit)
      || text.find_first_not_of('=', digits.size()) != text.npos)
    return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      bytes_of(text), static_cast<int>(text.size()))
      < 0)
    return std::nullopt;
  out.resize(out.size() - padding);
  return out;
}

// Takes the same time wherever the two differ.
bool equal(std::string_view x, std::string_view y) {
  return x.size() == y.size()
         && CRYPTO_memcmp(x.data(), y.data(), x.size()) == 0;
}

bool has_signature(std::string_view header, std::string_view wanted) {
  while (!header.empty()) {
    const auto end = std::min(header.find(' '), header.size());
    if (equal(header.substr(0, end), wanted))
      return true;
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return false;
}

} // namespace

std::optional<webhook_secret> webhook_secret::parse(std::string_view text) {
  if (!text.starts_with(secret_prefix))
    return std::nullopt;
  auto key = from_base64(text.substr(secret_prefix.size()));
  if (!key || key->size() < shortest_key || key->size() > longest_key)
    return std::nullopt;
  return webhook_secret{std::string{text}, std::move(*key)};
}

webhook_secret webhook_secret::random() {
  std::string key(random_key, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()),
                 static_cast<int>(key.size()))
      != 1)
    throw std::bad_alloc{}; // No entropy: nothing safe can be made of that.
  auto text = std::string{secret_prefix} + base64_of(key);
  return webhook_secret{std::move(text), std::move(key)};
}

std::string webhook_secret::sign(std::string_view id,
                                 std::string_view timestamp,
                                 std::string_view body) const {
  std::string message;
  message.reserve(id.size() + timestamp.size() + body.size() + 2);
  message.append(id).append(1, '.').append(timestamp).append(1, '.').append(
    body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
           bytes_of(message), message.size(), digest.data(), &length)
      == nullptr)
    throw std::bad_alloc{};
  return std::string{signature_prefix}
         + base64_of({reinterpret_cast<const char*>(digest.data()), length});
}

std::string sign_with_all(const std::vector<webhook_secret>& secrets,
                          std::string_view id, std::string_view timestamp,
                          std::string_view body) {
  std::string out;
  for (const auto& secret : secrets) {
    if (!out.empty())
      out += ' ';
    out += secret.sign(id, timestamp, body);
  }
  return out;
}

std::string_view to_string(webhook_verdict verdict) noexcept {
  switch (verdict) {
  case webhook_verdict::genuine:
    return "genuine";
  case webhook_verdict::malformed:
    return "malformed";
  case webhook_verdict::too_old:
    return "too_old";
  case webhook_verdict::too_new:
    return "too_new";
  case webhook_verdict::not_signed:
    return "not_signed";
  }
  return "unknown";
}

webhook_verdict judge_webhook(const std::vector<webhook_secret>& secrets,
                              const webhook_headers& headers,
                              std::string_view body, std::int64_t now,
                              std::chrono::seconds tolerance) {
  std::int64_t time = 0;
  const auto& written = headers.timestamp;
  const auto* end = written.data() + written.size();
  const auto read = std::from_chars(written.data(), end, time);
  if (headers.id.empty() || headers.signature.empty() || written.empty()
      || read.ec != std::errc{} || read.ptr != end || time < 0)
    return webhook_verdict::malformed;
  const bool is_signed =
    std::any_of(secrets.begin(), secrets.end(), [&](const auto& secret) {
      return has_signature(headers.signature,
                           secret.sign(headers.id, written, body));
    });
  if (!is_signed)
    return webhook_verdict::not_signed;
  if (time < now - tolerance.count())
    return webhook_verdict::too_old;
  if (time > now + tolerance.count())
    return webhook_verdict::too_new;
  return webhook_verdict::genuine;
}

} // namespace pixmill
