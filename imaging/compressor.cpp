#include "imaging/compressor.hpp"

#include <new>
#include <utility>

#include "imaging/compression.hpp"
#include "imaging/header.hpp"
#include "imaging/magick_codec.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

bool moves(const picture_header& header) {
  return header.animated
         || (header.frames > 1 && header.format != image_format::tiff);
}

/// What has no reader in browsers becomes what has.
image_format photo_or_png(bool alpha) {
  return alpha ? image_format::png : image_format::jpeg;
}

/// JPEG for what it can hold, else WebP, which is smaller than PNG. A palette
/// stays one: its sharp edges are what JPEG is worst at.
image_format automatic_format(const picture_header& header) {
  if (header.format == image_format::jpeg
      || header.format == image_format::webp)
    return header.format;
  if (moves(header) || header.alpha)
    return image_format::webp;
  if (header.format == image_format::png && header.palette)
    return image_format::png;
  return image_format::jpeg;
}

image_format output_format(const picture_header& header, format_choice choice,
                           bool alpha) {
  switch (choice) {
  case format_choice::jpeg:
    return image_format::jpeg;
  case format_choice::png:
    return image_format::png;
  case format_choice::webp:
    return image_format::webp;
  case format_choice::avif:
    return image_format::avif;
  case format_choice::automatic:
    return automatic_format(header);
  case format_choice::keep:
    break;
  }
  if (header.format == image_format::tiff || header.format == image_format::bmp)
    return photo_or_png(alpha);
  return header.format;
}

caf::expected<compressed_image> run(const compression& what,
                                    image_format format) {
  switch (format) {
  case image_format::png:
    return compress_to_png(what);
  case image_format::webp:
    return compress_to_webp(what);
  case image_format::gif:
    return compress_to_gif(what);
  case image_format::avif:
    return compress_to_avif(what);
  default:
    return compress_to_jpeg(what);
  }
}

/// The source is small enough as it is; but is it whole?
caf::expected<compressed_image> verify(const compression& what) {
  auto picture = decode_picture(what);
  if (!picture)
    return std::move(picture.error());
  return keep(what);
}

caf::expected<compressed_image> compress_known(byte_view source,
                                               const picture_header& header,
                                               const compress_goal& goal,
                                               compress_effort effort) {
  compression what(source, header, goal, effort);
  bool alpha = header.alpha;
  // Many 32-bit bitmaps state an alpha channel and leave it idle.
  if (alpha && goal.format == format_choice::keep
      && (header.format == image_format::bmp
          || header.format == image_format::tiff)) {
    auto picture = decode_picture(what);
    if (!picture)
      return std::move(picture.error());
    alpha = has_transparency(picture->pixels);
  }
  auto format = output_format(header, goal.format, alpha);
  bool fits =
    goal.target == target_kind::bytes && what.kept_bytes() <= goal.value;
  if (fits && !what.reshapes() && format == header.format)
    return verify(what);
  return run(what, format);
}

} // namespace

caf::expected<compressed_image> compress(std::span<const std::uint8_t> source,
                                         const compress_goal& goal,
                                         const decode_limits& limits,
                                         compress_effort effort) {
  auto header = read_header(source);
  if (!header)
    return std::move(header.error());
  if (auto reason = check_limits(*header, limits))
    return reason;
  try {
    return compress_known(source, std::move(*header), goal, effort);
  } catch (const std::bad_alloc&) {
    return make_error(errc::too_many_pixels, "not enough memory to decode");
  }
}

void prepare_codecs() {
  prepare_magick();
}

} // namespace pixmill::imaging
