#pragma once

#include <string>

#include <caf/expected.hpp>

#include "imaging/animation.hpp"
#include "imaging/header.hpp"
#include "imaging/pixels.hpp"

namespace pixmill::imaging {

/// Decodes a still WebP to RGB, or RGBA where it has alpha, as stored.
/// @retval errc::decode Damaged.
caf::expected<decoded_picture> decode_webp(byte_view source,
                                           const picture_header& header);

/// How to write WebP.
struct webp_encoding {
  int quality = 75; ///< 1 to 100.
  bool lossless = false;
};

/// Encodes grey, RGB or RGBA.
/// @retval errc::encode libwebp refused, for example sides above 16383.
caf::expected<std::string> encode_webp(const pixel_buffer& pixels,
                                       const webp_encoding& how,
                                       const std::string& icc);

/// @retval errc::decode Damaged.
caf::expected<animation> decode_webp_animation(byte_view source);

/// @retval errc::encode libwebp refused.
caf::expected<std::string> encode_webp(const animation& frames,
                                       const webp_encoding& how,
                                       const std::string& icc);

} // namespace pixmill::imaging
