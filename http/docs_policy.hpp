#pragma once

#include <string>
#include <string_view>

namespace pixmill::http {

/// Returns what a policy calls a style or a script that is exactly `text`.
std::string policy_hash(std::string_view text);

/// Returns the Content-Security-Policy that lets a page have `style` in its
/// head, and nothing else: no script, no picture, no connection.
/// @see https://www.w3.org/TR/CSP3/
std::string docs_policy(std::string_view style);

} // namespace pixmill::http
