#pragma once

#include <string_view>

/// Files of this folder, as they were when Pixmill was built.
namespace pixmill::cli {

/// `audit.css`: how the page of `pixmill audit` looks.
extern const std::string_view audit_css;

/// `audit.js`: how it answers.
extern const std::string_view audit_js;

} // namespace pixmill::cli
