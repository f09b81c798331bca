#pragma once

#include <string>

#include <caf/expected.hpp>

#include "imaging/header.hpp"
#include "imaging/pixels.hpp"

namespace pixmill::imaging {

/// Decodes to grey or RGB, as stored, not yet upright.
/// @param at_least As stored; the DCT scales down by 2, 4 or 8 where that is
///                 still as large.
/// @retval errc::truncated          The data ends too early.
/// @retval errc::decode             Damaged, or no JPEG for libjpeg.
/// @retval errc::unsupported_format Four colours, which this does not convert.
caf::expected<pixel_buffer> decode_jpeg(byte_view source, extent at_least);

/// Returns the quality whose tables come closest to those of `source`; 100 when
/// it has none.
int jpeg_source_quality(byte_view source);

/// How to write pixels as JPEG.
struct jpeg_encoding {
  int quality = 75;
  bool optimize = true;
  bool full_chroma = false; ///< 4:4:4 instead of 4:2:0.
};

/// Encodes grey or RGB.
/// @retval errc::encode libjpeg refused.
caf::expected<std::string> encode_jpeg(const pixel_buffer& pixels,
                                       const jpeg_encoding& how,
                                       const std::string& icc);

} // namespace pixmill::imaging
