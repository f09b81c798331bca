#pragma once

#include <caf/expected.hpp>

#include "imaging/compression.hpp"
#include "model/image_format.hpp"

namespace pixmill::imaging {

/// What a picture is to become, and why where the job left that open.
struct format_decision {
  image_format format = image_format::unknown;
  format_reason why = format_reason::none;
};

/// Decides what `what` becomes.
///
/// `keep` is the source's format; TIFF and BMP, which browsers do not show,
/// become JPEG, or PNG where a pixel is transparent. `auto` looks at the
/// content: what moves or has transparent pixels becomes WebP, flat graphics
/// PNG, photographs JPEG; JPEG, WebP and AVIF stay what they are, as another
/// format would only blow their artefacts up.
///
/// @note Decodes into `what.decoded` where the header does not tell.
caf::expected<format_decision> decide_format(compression& what);

/// Returns whether `pixels` have few colours and sharp edges, which JPEG is
/// worst at. Reads a share of the rows of large pictures.
bool is_flat_graphics(const pixel_buffer& pixels);

} // namespace pixmill::imaging
