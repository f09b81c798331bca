#pragma once

#include "imaging/header.hpp"

/// The parsers behind `read_header`, one for each format. Each may assume that
/// the magic bytes fit, and nothing more.
namespace pixmill::imaging {

caf::expected<picture_header> read_jpeg_header(byte_view source);
caf::expected<picture_header> read_png_header(byte_view source);
caf::expected<picture_header> read_webp_header(byte_view source);
caf::expected<picture_header> read_gif_header(byte_view source);
caf::expected<picture_header> read_bmp_header(byte_view source);
caf::expected<picture_header> read_tiff_header(byte_view source);
caf::expected<picture_header> read_avif_header(byte_view source);

} // namespace pixmill::imaging
