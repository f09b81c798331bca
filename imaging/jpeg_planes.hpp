#pragma once

#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "imaging/header.hpp"
#include "imaging/pixels.hpp"

namespace pixmill::imaging {

/// The components of a JPEG as samples, each at its own resolution: turning a
/// picture needs neither conversion to RGB nor chroma at full size.
struct jpeg_planes {
  struct plane {
    int across = 1; ///< Sampling factors.
    int down = 1;
    pixel_buffer samples; ///< One channel.
  };

  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool rgb = false; ///< The components are red, green and blue.
  std::vector<plane> planes;
};

/// Decodes grey or three components, as stored.
/// @retval errc::truncated          The data ends too early.
/// @retval errc::decode             Damaged, or no JPEG for libjpeg.
/// @retval errc::unsupported_format Four components.
caf::expected<jpeg_planes> decode_jpeg_planes(byte_view source);

/// Returns `stored` the way EXIF's `orientation` says it is to be seen.
jpeg_planes upright(jpeg_planes stored, std::uint8_t orientation);

/// Encodes with libjpeg's tables of `quality`.
/// @param optimize Huffman tables of its own: smaller, slower.
/// @retval errc::encode libjpeg refused.
caf::expected<std::string> encode_jpeg(const jpeg_planes& picture, int quality,
                                       bool optimize, const std::string& icc);

} // namespace pixmill::imaging
