#pragma once

#include <string>

#include <caf/expected.hpp>

#include "imaging/byte_view.hpp"
#include "imaging/pixels.hpp"

namespace pixmill::imaging {

/// Decodes a still PNG to grey, RGB or RGBA of 8 bits, as stored.
/// @retval errc::decode Damaged, or a checksum is wrong.
caf::expected<decoded_picture> decode_png(byte_view source);

/// Colours of a palette and which one each pixel has.
struct indexed_picture {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::vector<std::uint8_t> palette; ///< RGBA, at most 256 of them.
  std::vector<std::uint8_t> indexes;
};

/// Writes a palette PNG with the fewest bits per pixel that hold it.
/// @retval errc::encode Too large to deflate.
caf::expected<std::string> encode_png(const indexed_picture& picture,
                                      const std::string& icc);

/// Writes grey, RGB or RGBA without loss.
/// @retval errc::encode Too large to deflate.
caf::expected<std::string> encode_png(const pixel_buffer& pixels,
                                      const std::string& icc);

} // namespace pixmill::imaging
