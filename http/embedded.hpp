#pragma once

#include <string_view>

/// Files of this folder, as they were when Pixmill was built.
namespace pixmill::http {

/// `openapi.json`: what the service's routes take and answer.
extern const std::string_view openapi_json;

/// `docs.css`: how the page about them looks.
extern const std::string_view docs_css;

} // namespace pixmill::http
