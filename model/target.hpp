#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "model/compress_goal.hpp"
#include "model/errc.hpp"

namespace pixmill {

/// Reads a target as a command line writes it: `50%`, `120000`, `120kB`,
/// `quality:50`, `q50`, `scale:50%`; `bytes:` may stand before a size.
/// @returns The default goal with that target.
/// @retval errc::option_invalid Anything else; context: `text` and the forms.
caf::expected<compress_goal> parse_target(std::string_view text);

/// Returns the target of `goal` as `parse_target` reads it.
std::string to_target(const compress_goal& goal);

/// Returns `keep`, `jpeg`, …, `auto`.
std::string_view to_string(format_choice format) noexcept;

/// Returns the format that `word` names.
std::optional<format_choice> format_choice_from(std::string_view word) noexcept;

} // namespace pixmill
