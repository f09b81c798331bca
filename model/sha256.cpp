#include "model/sha256.hpp"

#include <array>
#include <new>

#include <openssl/evp.h>

namespace pixmill {
namespace {

constexpr std::size_t digest_bytes = 32;

// Fetched once: EVP_sha256() looks its provider up for each digest that it
// starts, which costs more than hashing 1 KiB.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace

struct sha256::context {
  context() : evp{EVP_MD_CTX_new()} {
    if (evp == nullptr)
      throw std::bad_alloc{};
    restart();
  }
  ~context() {
    EVP_MD_CTX_free(evp);
  }
  context(const context&) = delete;
  context& operator=(const context&) = delete;

  void restart() const {
    if (EVP_DigestInit_ex2(evp, algorithm(), nullptr) != 1)
      throw std::bad_alloc{};
  }

  EVP_MD_CTX* evp;
};

sha256::sha256() : context_{std::make_unique<context>()} {
  // nop
}

sha256::~sha256() = default;
sha256::sha256(sha256&&) noexcept = default;
sha256& sha256::operator=(sha256&&) noexcept = default;

void sha256::update(std::span<const std::uint8_t> bytes) {
  EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size());
}

void sha256::update(std::string_view bytes) {
  update(bytes_of(bytes));
}

std::string sha256::finish() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, digest_bytes> digest{};
  EVP_DigestFinal_ex(context_->evp, digest.data(), nullptr);
  context_->restart();
  std::string text;
  text.reserve(2 * digest.size());
  for (const auto byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string sha256_of(std::span<const std::uint8_t> bytes) {
  // One context per thread: making one costs as much as hashing 1 KiB.
  thread_local sha256 hasher;
  hasher.update(bytes);
  return hasher.finish();
}

std::string sha256_of(std::string_view bytes) {
  return sha256_of(bytes_of(bytes));
}

bool is_sha256(std::string_view text) noexcept {
  return text.size() == 2 * digest_bytes
         && text.find_first_not_of("0123456789abcdef")
              == std::string_view::npos;
}

} // namespace pixmill
