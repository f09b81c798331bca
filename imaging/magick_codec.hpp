#pragma once

#include <string>

#include <caf/expected.hpp>

#include "imaging/header.hpp"
#include "imaging/pixels.hpp"

/// The formats that only ImageMagick reads here. Its coder is always named, so
/// that its own guesses never count, and it gets one thread, no disk and no
/// more memory than `decode_limits` lets through.
namespace pixmill::imaging {

/// Loads the coders, which are shared objects. Later calls return at once.
void prepare_magick();

/// Decodes the first frame of a BMP, TIFF, or a CMYK JPEG to RGB or RGBA,
/// as stored.
/// @retval errc::decode Damaged, or ImageMagick cannot read it.
caf::expected<decoded_picture> decode_with_magick(byte_view source,
                                                  const picture_header& header);

} // namespace pixmill::imaging
