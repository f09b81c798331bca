#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <caf/expected.hpp>

#include "imaging/settings.hpp"
#include "imaging/similarity.hpp"
#include "model/compress_goal.hpp"
#include "model/image_format.hpp"

namespace pixmill::imaging {

/// What may be decoded at all.
struct decode_limits {
  std::uint64_t max_pixels = 100'000'000;
  std::uint32_t max_side = 20'000;
  std::uint32_t max_frames = 500;
};

/// One image after compression.
struct compressed_image {
  /// The file. Empty only when `kept_original`, and then the source is the file
  /// byte for byte; a kept original that had metadata stands here without it.
  std::string bytes;
  image_format format = image_format::unknown;
  format_reason why_format = format_reason::none; ///< With `auto`.
  std::uint32_t width = 0;                        ///< As stored, pixels.
  std::uint32_t height = 0;                       ///< As stored, pixels.
  std::uint16_t quality = 0;  ///< 1 to 100; 0 when none applies.
  similarity likeness;        ///< To the source.
  bool kept_original = false; ///< The source is the best answer as it is.
  bool target_missed = false; ///< The goal is not met; this is the best found.
};

/// Compresses one image as `goal` says; never larger than `source`.
///
/// Orientation is applied, the ICC profile stays, EXIF, XMP and GPS go, alpha
/// and animation stay. Only `goal.format` can take these: alpha is laid over
/// white for `jpeg`, an animation becomes its first frame for `jpeg`, `png` and
/// `avif`. TIFF and BMP become JPEG, or PNG where they have alpha.
///
/// Where a JPEG, PNG or WebP is kept, its metadata goes as well;
/// `target_missed` then says that a size, a format or a number of bytes was
/// asked for in vain. An orientation that could not be applied stays as the
/// only EXIF entry: of what is kept, and of a JPEG whose edge cuts blocks that
/// would have to change sides, which cannot be turned without loss.
///
/// @retval errc::not_an_image       No known picture format.
/// @retval errc::unsupported_format A picture, but not of an allowed format.
/// @retval errc::too_many_pixels    By the header, before any decoding.
/// @retval errc::too_many_frames    By the header, before any decoding.
/// @retval errc::truncated          The file ends before the picture does.
/// @retval errc::decode             The decoder rejected `source`.
/// @retval errc::encode             The encoder failed.
/// @note Blocks its thread for as long as the codecs work.
caf::expected<compressed_image>
compress(std::span<const std::uint8_t> source, const compress_goal& goal,
         const decode_limits& limits,
         compress_effort effort = compress_effort::best);

/// Loads what the codecs would load at their first use: coders are shared
/// objects, and a sandbox may close the file system. Later calls do nothing.
void prepare_codecs();

} // namespace pixmill::imaging
