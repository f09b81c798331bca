#pragma once

#include <string_view>

namespace pixmill::http {

/// Returns the pattern of the route that serves `path`, such as
/// `/v1/jobs/{id}`; `other` for a path that the contract does not know. There
/// are no more than a few dozen, whatever callers ask for.
/// @returns A literal.
std::string_view route_of(std::string_view path) noexcept;

} // namespace pixmill::http
