#include <cstdlib>

#include "imaging/header_parsers.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

/// BITMAPCOREHEADER; whatever is longer begins like BITMAPINFOHEADER.
constexpr std::uint32_t core_header = 12, info_header = 40,
                        longest_header = 124;

std::uint32_t magnitude(std::uint32_t number) {
  auto value = static_cast<std::int32_t>(number);
  return value < 0 ? 0u - number : number;
}

} // namespace

caf::expected<picture_header> read_bmp_header(byte_view source) {
  auto size = le32(source, 14);
  if (size != core_header && (size < info_header || size > longest_header))
    return make_error(errc::not_an_image, "no known picture format");
  picture_header header;
  header.format = image_format::bmp;
  header.lossless = true;
  std::uint32_t bits = 0;
  std::uint32_t compression = 0;
  if (size == core_header) {
    header.width = le16(source, 18);
    header.height = le16(source, 20);
    bits = le16(source, 24);
  } else {
    header.width = le32(source, 18);
    header.height = magnitude(le32(source, 22));
    bits = le16(source, 28);
    compression = le32(source, 30);
  }
  if (bits > 32 || header.width > INT32_MAX)
    return make_error(errc::decode, "a broken BMP header");
  header.alpha = bits == 32;
  header.palette = bits <= 8;
  // Only rows that are not compressed have a size known beforehand.
  auto row = (std::uint64_t{header.width} * bits + 31) / 32 * 4;
  bool plain = compression == 0 || compression == 3;
  auto pixels = row * header.height;
  if (le32(source, 10) > source.size()
      || (plain && pixels > source.size() - le32(source, 10)))
    // A lying size is refused as such further up, when it is too large.
    header.picture_end = 0;
  else
    header.picture_end = source.size();
  if (header.picture_end == 0
      && std::uint64_t{header.width} * header.height <= UINT32_MAX)
    return make_error(errc::truncated, "fewer rows than the header says");
  return header;
}

} // namespace pixmill::imaging
