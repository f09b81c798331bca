#pragma once

#include <string>
#include <string_view>

namespace pixmill {

/// Returns `bytes` in base64, with `+`, `/` and padding, on one line.
std::string base64_of(std::string_view bytes);

} // namespace pixmill
