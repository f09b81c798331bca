#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/problem.hpp"

namespace pixmill::http {

/// Returns why a request is refused although it came from this machine: a web
/// page can make its visitor's browser ask us, under its own name (DNS
/// rebinding: `host` is neither of loopback nor in `public_url`) or under ours
/// (`origin` is another site's).
/// @param host   Field Host, with its port if it has one.
/// @param origin Field Origin; empty: the caller is no browser's page.
/// @see https://fetch.spec.whatwg.org/#origin-header
std::optional<problem> refused_caller(std::string_view host,
                                      std::string_view origin,
                                      std::string_view public_url);

/// Returns whether `text` is an origin as browsers write it: scheme and host,
/// with a port where it is not the scheme's own.
bool is_origin(const std::string& text);

} // namespace pixmill::http
