#pragma once

#include <string_view>

namespace pixmill {

/// Returns the size in bytes of the character that `text` begins with, where
/// it is one that surrounds a URL but is no part of it: a blank, a quote, an
/// angle bracket, an invisible or no-break space; else 0.
std::size_t noise_at_start(std::string_view text) noexcept;

/// Returns the same for the character that `text` ends with.
std::size_t noise_at_end(std::string_view text) noexcept;

/// Returns `text` without such characters at its ends.
std::string_view without_noise(std::string_view text) noexcept;

} // namespace pixmill
