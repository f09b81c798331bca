#pragma once

#include <string>
#include <string_view>

namespace pixmill::http {

/// Renders a description of OpenAPI 3.1 as one page for people: no script, no
/// picture, nothing from elsewhere.
/// @param style The page's CSS, which stands in its head as it is.
/// @pre `openapi` is what `openapi_json` is like: the service's own.
std::string docs_page(std::string_view openapi, std::string_view style);

} // namespace pixmill::http
