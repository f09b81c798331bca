#include "model/api_token.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "model/errc.hpp"
#include "model/sha256.hpp"

namespace pixmill {
namespace {

constexpr std::array all_scopes{scope::submit, scope::read, scope::admin};

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t longest_text = 128;

// RFC 4648, 5: no character of it needs quoting anywhere.
std::string base64url(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
                                      "mnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  for (const auto byte : bytes) {
    held = held << 8 | byte;
    for (bits += 8; bits >= 6; bits -= 6)
      out += digits[held >> (bits - 6) & 63];
  }
  if (bits > 0)
    out += digits[held << (6 - bits) & 63];
  return out;
}

caf::error refused(std::string context) {
  return make_error(errc::option_invalid, std::move(context));
}

// A tenant stands in keys of the journal and in log lines.
bool is_tenant(std::string_view text) {
  return text.size() <= longest_text
         && std::all_of(text.begin(), text.end(), [](char c) {
              return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
                     || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'
                     || c == '.';
            });
}

bool is_name(std::string_view text) {
  return text.size() <= longest_text
         && std::none_of(text.begin(), text.end(), [](char c) {
              return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
            });
}

} // namespace

std::string_view to_string(scope which) noexcept {
  switch (which) {
  case scope::submit:
    return "submit";
  case scope::read:
    return "read";
  case scope::admin:
    return "admin";
  }
  return "unknown";
}

caf::expected<scope_set> scope_set::parse(std::string_view names) {
  scope_set out;
  for (;;) {
    const auto comma = names.find(',');
    const auto name = names.substr(0, comma);
    const auto* const found =
      std::find_if(all_scopes.begin(), all_scopes.end(),
                   [&](scope x) { return to_string(x) == name; });
    if (found == all_scopes.end())
      return refused("scope \"" + std::string{name}
                     + "\": submit, read and admin are known");
    out.bits_ |= static_cast<std::uint8_t>(*found);
    if (comma == std::string_view::npos)
      return out;
    names.remove_prefix(comma + 1);
  }
}

scope_set scope_set::from_bits(std::uint8_t bits) noexcept {
  scope_set out;
  for (const auto which : all_scopes)
    out.bits_ |= bits & static_cast<std::uint8_t>(which);
  return out;
}

bool scope_set::allows(scope which) const noexcept {
  return ((static_cast<unsigned>(which) | static_cast<unsigned>(scope::admin))
          & bits_)
         != 0;
}

std::vector<std::string> scope_set::names() const {
  std::vector<std::string> out;
  for (const auto which : all_scopes)
    if ((bits_ & static_cast<std::uint8_t>(which)) != 0)
      out.emplace_back(to_string(which));
  return out;
}

caf::expected<new_token> draw_token(const token_wish& wish, unix_ms now) {
  if (wish.scopes.bits() == 0)
    return refused("scopes: at least one of submit, read and admin is wanted");
  if (!is_tenant(wish.tenant))
    return refused("tenant: at most 128 letters, digits, '-', '_' and '.'");
  if (!is_name(wish.name))
    return refused("name: at most 128 bytes without control characters");
  if (!wish.tenant.empty() && wish.scopes.allows(scope::admin))
    return refused("an admin sees every tenant: give scope admin no tenant");
  std::array<unsigned char, secret_bytes> drawn{};
  if (RAND_bytes(drawn.data(), static_cast<int>(drawn.size())) != 1)
    return make_error(errc::store, "there are no random bytes for a token");
  new_token out{.secret = "pxm_" + base64url(drawn), .token = {}};
  OPENSSL_cleanse(drawn.data(), drawn.size());
  out.token.id = new_id("tok_", now);
  out.token.sha256 = sha256_of(out.secret);
  out.token.name = wish.name;
  out.token.tenant = wish.tenant;
  out.token.scopes = wish.scopes.bits();
  out.token.created_at = now;
  if (wish.lifetime)
    out.token.expires_at =
      now + std::chrono::milliseconds{*wish.lifetime}.count();
  return out;
}

bool same_secret(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size()
         && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

} // namespace pixmill
