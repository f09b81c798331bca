#include "imaging/header_parsers.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

constexpr std::uint8_t extension = 0x21, image = 0x2c, trailer = 0x3b,
                       graphic_control = 0xf9, comment = 0xfe;

/// Returns the bytes of a colour table that a packed field announces.
std::size_t table_bytes(std::uint8_t packed) {
  return (packed & 0x80) != 0 ? std::size_t{6} << (packed & 7) : 0;
}

/// Returns where the chain of sub-blocks that starts at `at` ends; 0 when the
/// file ends first.
std::size_t skip_blocks(byte_view source, std::size_t at) {
  while (at < source.size()) {
    auto length = source[at];
    at += std::size_t{length} + 1;
    if (length == 0)
      return at;
  }
  return 0;
}

} // namespace

caf::expected<picture_header> read_gif_header(byte_view source) {
  auto cut = [] { return make_error(errc::truncated, "no trailer"); };
  if (source.size() < 14)
    return cut();
  picture_header header;
  header.format = image_format::gif;
  header.palette = true;
  header.lossless = true;
  header.width = le16(source, 6);
  header.height = le16(source, 8);
  header.frames = 0;
  std::size_t at = 13 + table_bytes(source[10]);
  for (;;) {
    if (at + 1 >= source.size()) {
      if (at < source.size() && source[at] == trailer)
        break;
      return cut();
    }
    auto kind = source[at];
    if (kind == trailer)
      break;
    if (kind == extension) {
      auto label = source[at + 1];
      if (label == graphic_control && at + 3 < source.size())
        header.alpha |= (source[at + 3] & 1) != 0;
      header.metadata |= label == comment;
      at = skip_blocks(source, at + 2);
    } else if (kind == image) {
      if (at + 10 >= source.size())
        return cut();
      ++header.frames;
      at = skip_blocks(source, at + 11 + table_bytes(source[at + 9]));
    } else {
      return make_error(errc::decode, "an unknown GIF block");
    }
    if (at == 0)
      return cut();
  }
  if (header.frames == 0)
    return make_error(errc::decode, "no frame");
  header.picture_end = at + 1;
  return header;
}

} // namespace pixmill::imaging
