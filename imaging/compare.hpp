#pragma once

#include <string>

#include <caf/expected.hpp>

#include "imaging/byte_view.hpp"
#include "imaging/compressor.hpp"
#include "imaging/pixels.hpp"
#include "imaging/similarity.hpp"

namespace pixmill::imaging {

/// Two files that show the same picture, more or less.
struct comparison {
  extent size;
  similarity likeness;
  std::string difference; ///< A PNG; empty unless asked for.
};

/// Decodes two pictures of any format, upright, and compares them; of
/// animations the first frames.
/// @param draw Whether to draw where they differ, by how much eight times.
/// @retval errc::decode Not of the same size.
/// @retval errc         As `compress` fails.
caf::expected<comparison> compare(byte_view left, byte_view right,
                                  const decode_limits& limits, bool draw);

} // namespace pixmill::imaging
