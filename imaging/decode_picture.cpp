#include <utility>

#include "imaging/avif_codec.hpp"
#include "imaging/compression.hpp"
#include "imaging/gif_frames.hpp"
#include "imaging/jpeg_pixels.hpp"
#include "imaging/magick_codec.hpp"
#include "imaging/png_codec.hpp"
#include "imaging/webp_codec.hpp"

namespace pixmill::imaging {

namespace {

/// The first frame of an animated WebP.
caf::expected<decoded_picture> first_frame(const compression& what) {
  auto moving = decode_webp_animation(what.source);
  if (!moving)
    return std::move(moving.error());
  return decoded_picture{std::move(moving->frames.front()), what.header.icc};
}

/// What is seen first of a GIF.
caf::expected<decoded_picture> first_gif_frame(const compression& what) {
  auto picture = decode_gif_frames(what.source);
  if (!picture)
    return std::move(picture.error());
  picture->frames.resize(1);
  return decoded_picture{std::move(shown_frames(*picture).frames.front()), {}};
}

/// Whether a profile speaks of the channels that the pixels have. It names its
/// colour space at byte 16.
/// @see ICC.1:2022, 7.2 Profile header
bool profile_fits(const decoded_picture& picture) {
  auto space = picture.icc.size() >= 20 ? picture.icc.substr(16, 4) : "";
  return space == (picture.pixels.channels == 1 ? "GRAY" : "RGB ");
}

/// Decodes as stored.
caf::expected<decoded_picture> decode_stored(const compression& what) {
  auto& header = what.header;
  if (header.format == image_format::png)
    return decode_png(what.source);
  if (header.format == image_format::webp)
    return header.animated ? first_frame(what)
                           : decode_webp(what.source, header);
  if (header.format == image_format::gif)
    return first_gif_frame(what);
  if (header.format == image_format::avif)
    return decode_avif(what.source, header);
  if (header.format != image_format::jpeg || header.components == 4)
    return decode_with_magick(what.source, header);
  auto least = what.target;
  if (header.sideways())
    std::swap(least.width, least.height);
  auto pixels = decode_jpeg(what.source, least);
  if (!pixels)
    return std::move(pixels.error());
  return decoded_picture{std::move(*pixels), header.icc};
}

} // namespace

caf::expected<decoded_picture> decode_picture(const compression& what) {
  if (what.decoded != nullptr && !what.decoded->pixels.samples.empty())
    return std::exchange(*what.decoded, {});
  auto picture = decode_stored(what);
  if (!picture)
    return picture;
  if (!profile_fits(*picture))
    picture->icc.clear();
  picture->pixels =
    upright(std::move(picture->pixels), what.header.orientation);
  picture->pixels = resampled(picture->pixels, what.target);
  return picture;
}

} // namespace pixmill::imaging
