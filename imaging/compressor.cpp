#include "imaging/compressor.hpp"

#include <new>
#include <utility>

#include "imaging/compression.hpp"
#include "imaging/format_decision.hpp"
#include "imaging/header.hpp"
#include "imaging/magick_codec.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

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
  auto decision = decide_format(what);
  if (!decision)
    return std::move(decision.error());
  bool fits =
    goal.target == target_kind::bytes && what.kept_bytes() <= goal.value;
  auto image = fits && !what.reshapes() && decision->format == header.format
                 ? verify(what)
                 : run(what, decision->format);
  if (image)
    image->why_format = decision->why;
  return image;
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
