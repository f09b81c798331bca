#pragma once

#include "imaging/compressor.hpp"
#include "imaging/header.hpp"
#include "imaging/rate_search.hpp"

namespace pixmill::imaging {

/// Compresses an upright JPEG to a JPEG of the same size without going through
/// pixels. Also CMYK, arithmetic and progressive ones; the result is baseline.
///
/// @param goal A ratio, a number of bytes, or a quality.
/// @retval errc::truncated The data ends too early.
/// @retval errc::decode    The data is damaged.
/// @retval errc::encode    The encoder failed.
caf::expected<rate_result> recompress_jpeg(byte_view source,
                                           const picture_header& header,
                                           const compress_goal& goal);

/// Returns the quality that the tables of `source` stand for, 1 to 100.
int jpeg_quality(byte_view source);

} // namespace pixmill::imaging
