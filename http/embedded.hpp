#pragma once

#include <span>
#include <string_view>

/// Files of this folder, as they were when Pixmill was built.
namespace pixmill::http {

/// `openapi.json`: what the service's routes take and answer.
extern const std::string_view openapi_json;

/// `docs.css`: how the page about them looks.
extern const std::string_view docs_css;

/// One file of several.
struct embedded_file {
  std::string_view name; ///< As the page asks for it.
  std::string_view text;
};

/// `console/`: the page of the console, and the library that draws its charts.
extern const std::span<const embedded_file> console_files;

} // namespace pixmill::http
