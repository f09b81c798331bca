#pragma once

#include <string>

#include "imaging/header.hpp"

namespace pixmill::imaging {

/// Returns a JPEG, PNG or WebP without its EXIF, XMP, comments and whatever
/// follows the picture; the picture itself is not touched. An orientation
/// other than 1 stays, as the only entry of an EXIF block.
///
/// @returns The smaller file; empty when there is nothing to remove, it would
///          not be smaller, or the format is another.
std::string strip_metadata(byte_view source, const picture_header& header);

} // namespace pixmill::imaging
