#pragma once

#include <string>

#include <caf/expected.hpp>

#include "imaging/byte_view.hpp"
#include "imaging/header.hpp"
#include "imaging/pixels.hpp"

/// AVIF through libavif.
namespace pixmill::imaging {

/// Decodes the still picture, or the first frame, as it is to be seen.
/// @param header Bounds what is decoded.
/// @retval errc::decode Damaged.
caf::expected<decoded_picture> decode_avif(byte_view source,
                                           const picture_header& header);

/// Writes a still picture, 4:2:0; one thread.
/// @param quality 1 to 100.
/// @retval errc::encode libavif refused.
caf::expected<std::string> encode_avif(const pixel_buffer& pixels, int quality,
                                       const std::string& icc);

} // namespace pixmill::imaging
