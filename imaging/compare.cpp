#include "imaging/compare.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "imaging/compression.hpp"
#include "imaging/header.hpp"
#include "imaging/pixel_similarity.hpp"
#include "imaging/png_codec.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

/// Differences of a few levels are to be seen.
constexpr int amplification = 8;

caf::expected<pixel_buffer> decode(byte_view source,
                                   const decode_limits& limits) {
  auto header = read_header(source);
  if (!header)
    return std::move(header.error());
  if (auto reason = check_limits(*header, limits))
    return reason;
  const compress_goal as_it_is;
  auto picture =
    decode_picture({source, *header, as_it_is, compress_effort::fast});
  if (!picture)
    return std::move(picture.error());
  return std::move(picture->pixels);
}

std::string text_of(extent size) {
  return std::to_string(size.width) + " x " + std::to_string(size.height);
}

caf::expected<std::string> draw_difference(pixel_buffer left,
                                           pixel_buffer right) {
  left = flattened(std::move(left));
  right = flattened(std::move(right));
  for (std::size_t i = 0; i < left.samples.size(); ++i)
    left.samples[i] = static_cast<std::uint8_t>(std::min(
      255, amplification * std::abs(left.samples[i] - right.samples[i])));
  return encode_png(left, {});
}

} // namespace

caf::expected<comparison> compare(byte_view left, byte_view right,
                                  const decode_limits& limits, bool draw) {
  auto first = decode(left, limits);
  if (!first)
    return std::move(first.error());
  auto second = decode(right, limits);
  if (!second)
    return std::move(second.error());
  comparison result;
  result.size = {first->width, first->height};
  const extent other{second->width, second->height};
  if (result.size != other)
    return make_error(errc::decode, text_of(result.size) + " against "
                                      + text_of(other) + " pixels");
  result.likeness = likeness_of(colour_planes(*first), colour_planes(*second));
  if (!draw)
    return result;
  auto drawn = draw_difference(std::move(*first), std::move(*second));
  if (!drawn)
    return std::move(drawn.error());
  result.difference = std::move(*drawn);
  return result;
}

} // namespace pixmill::imaging
