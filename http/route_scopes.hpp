#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/api_token.hpp"

namespace pixmill::http {

/// What a request needs to be let through.
struct route_need {
  /// None: nothing; anybody may ask.
  std::optional<scope> wanted;
  /// The answer is about all tenants together, so a tenant's token is not
  /// enough.
  bool whole_house = false;
  /// It is answered whatever becomes of the tokens.
  bool health = false;
};

/// Returns what a request needs. A route that is not in the table needs `read`
/// when it only looks, and `admin` otherwise.
/// @param path Decoded, as routes are matched with it.
/// @param private_files Images need `read`, too.
route_need need_of(std::string_view method, std::string_view path,
                   bool private_files) noexcept;

} // namespace pixmill::http
