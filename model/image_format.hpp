#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pixmill {

/// Formats that Pixmill writes. Stored and sent: append, never renumber.
enum class image_format : std::uint8_t {
  unknown = 0,
  jpeg,
  png,
  webp,
  gif,
  avif,
  tiff,
  bmp,
};

/// What decided the format of a picture whose job said `auto`. Stored and sent:
/// append, never renumber.
enum class format_reason : std::uint8_t {
  none = 0,       ///< The job said which.
  animation,      ///< It moves.
  alpha,          ///< It shows through somewhere.
  flat_graphics,  ///< Few colours and sharp edges.
  photo,          ///< Anything else.
  compact_source, ///< It came in a format that any other would only blow up.
};

/// Returns `alpha`, `photo`, …; nothing for `none`.
std::string_view to_string(format_reason reason) noexcept;

/// Returns `jpeg`, `png`, …; `unknown` for none.
std::string_view to_string(image_format format) noexcept;

/// Returns the file name's ending without its dot: `jpg`, `png`, …
std::string_view extension_of(image_format format) noexcept;

/// Returns the format of a file name's ending; `unknown` for any other text.
image_format format_of_extension(std::string_view ending) noexcept;

/// Returns the media type: `image/jpeg`, …
std::string_view content_type_of(image_format format) noexcept;

/// Returns the format that `word` names (`jpeg`, `png`, …).
std::optional<image_format> image_format_from(std::string_view word) noexcept;

} // namespace pixmill
