#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <caf/meta/type_name.hpp>

#include "model/job.hpp"

namespace pixmill {

/// What the bearer of a token may do. Stored as bits: append, never renumber.
enum class scope : std::uint8_t {
  submit = 1, ///< Start jobs, steer and purge them.
  read = 2,   ///< Look at jobs and download what they came to.
  admin = 4,  ///< Everything, tokens and nodes included.
};

/// Returns `submit`, `read` or `admin`.
std::string_view to_string(scope which) noexcept;

/// Some scopes. Admin implies the others.
class scope_set {
public:
  scope_set() = default;

  /// Parses names with commas between them: `submit,read`.
  /// @retval errc::option_invalid None, or an unknown one; names it.
  static caf::expected<scope_set> parse(std::string_view names);

  /// Returns the set that `bits` stands for; unknown bits are dropped.
  static scope_set from_bits(std::uint8_t bits) noexcept;

  /// Returns whether the bearer of these may do what `which` allows.
  bool allows(scope which) const noexcept;

  /// Returns the names of those that were given, in their order above.
  std::vector<std::string> names() const;

  std::uint8_t bits() const noexcept {
    return bits_;
  }

  bool operator==(const scope_set&) const = default;

private:
  std::uint8_t bits_ = 0;
};

/// A token as it is remembered: its secret is not.
struct api_token {
  std::string id;          ///< `tok_` and a ULID.
  std::string sha256;      ///< Of the secret, in hex.
  std::string name;        ///< For people.
  std::string tenant;      ///< Whose jobs it is about; empty: everybody's.
  std::uint8_t scopes = 0; ///< See `scope_set::from_bits`.
  unix_ms created_at = 0;
  unix_ms expires_at = 0; ///< 0: never.

  bool operator==(const api_token&) const = default;

  bool allows(scope which) const noexcept {
    return scope_set::from_bits(scopes).allows(which);
  }
  bool expired(unix_ms now) const noexcept {
    return expires_at != 0 && expires_at <= now;
  }
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, api_token& x) {
  return f(caf::meta::type_name("pixmill::api_token"), x.id, x.sha256, x.name,
           x.tenant, x.scopes, x.created_at, x.expires_at);
}

/// What somebody asks of a new token.
struct token_wish {
  scope_set scopes{};
  std::string tenant{};
  std::string name{};
  std::optional<std::chrono::seconds> lifetime{}; ///< None: for ever.
};

/// A token and its secret, which is told once.
struct new_token {
  std::string secret; ///< `pxm_` and 32 random bytes in base64url.
  api_token token;
};

/// Draws a token.
/// @retval errc::option_invalid The name or the tenant is none; or an admin is
///         to have a tenant: whoever administers sees all.
/// @retval errc::store The system has no random bytes.
caf::expected<new_token> draw_token(const token_wish& wish, unix_ms now);

/// Returns whether two texts are the same, in a time that tells nothing about
/// where they differ.
bool same_secret(std::string_view left, std::string_view right) noexcept;

} // namespace pixmill
