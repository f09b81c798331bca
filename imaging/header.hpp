#pragma once

#include <cstdint>
#include <string>

#include <caf/expected.hpp>

#include "imaging/byte_view.hpp"
#include "imaging/compressor.hpp"
#include "model/image_format.hpp"

namespace pixmill::imaging {

/// What a file says of itself before anything is decoded.
struct picture_header {
  image_format format = image_format::unknown;
  std::uint32_t width = 0;  ///< As stored, before orientation, pixels.
  std::uint32_t height = 0; ///< As stored, before orientation, pixels.
  std::uint32_t frames = 1;
  bool animated = false;        ///< Plays, if only for one frame.
  std::uint8_t components = 3;  ///< Colour channels without alpha: 1, 3, 4.
  std::uint8_t bit_depth = 8;   ///< Of one channel.
  std::uint8_t orientation = 1; ///< EXIF's, 1 to 8.
  bool alpha = false;
  bool palette = false;
  bool lossless = false;
  bool full_chroma = true;     ///< Colour as fine as brightness.
  bool metadata = false;       ///< EXIF, XMP, comments or trailing bytes.
  std::string icc;             ///< The colour profile, complete or empty.
  std::size_t picture_end = 0; ///< Bytes up to the end of the picture.

  /// Returns whether width and height swap when the picture is upright.
  bool sideways() const noexcept {
    return orientation >= 5;
  }
};

/// Finds the format by magic bytes, whatever the name said, and parses the
/// header up to the end of the picture without decoding it.
///
/// @retval errc::not_an_image       No known picture.
/// @retval errc::unsupported_format A picture, document or film of a format
///                                  that is never decoded.
/// @retval errc::truncated          The file ends before the picture does.
/// @retval errc::decode             The header contradicts itself.
caf::expected<picture_header> read_header(byte_view source);

/// Checks `header` against what may be decoded.
/// @retval errc::too_many_pixels Width x height over all frames, or a side.
/// @retval errc::too_many_frames More frames than allowed.
caf::error check_limits(const picture_header& header,
                        const decode_limits& limits);

} // namespace pixmill::imaging
