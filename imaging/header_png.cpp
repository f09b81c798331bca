#include <array>

#include "imaging/exif.hpp"
#include "imaging/header_parsers.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

constexpr std::uint8_t has_palette = 1, has_colour = 2, has_alpha = 4;

/// Chunks that say how to show the picture; the rest is metadata.
constexpr std::array picture_chunks{
  "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT",
  "sRGB", "bKGD", "hIST", "pHYs", "sPLT", "cICP", "acTL", "fcTL", "fdAT",
};

bool shows_picture(byte_view source, std::size_t type_at) {
  for (auto name : picture_chunks)
    if (has_at(source, type_at, name))
      return true;
  return false;
}

void read_ihdr(byte_view body, picture_header& header) {
  header.width = be32(body, 0);
  header.height = be32(body, 4);
  header.bit_depth = body[8];
  auto colour = body[9];
  header.components = (colour & has_colour) != 0 ? 3 : 1;
  header.palette = (colour & has_palette) != 0;
  header.alpha = (colour & has_alpha) != 0;
}

} // namespace

caf::expected<picture_header> read_png_header(byte_view source) {
  picture_header header;
  header.format = image_format::png;
  header.lossless = true;
  std::size_t at = 8;
  if (!has_at(source, at + 4, "IHDR") || be32(source, at) != 13
      || source.size() < 33)
    return make_error(errc::decode, "no IHDR at the start");
  for (bool data = false;;) {
    auto length = be32(source, at);
    if (source.size() - at < 12 || length > source.size() - at - 12)
      return make_error(errc::truncated, "no IEND");
    auto type = at + 4;
    auto body = source.subspan(at + 8, length);
    at += 12 + std::size_t{length};
    if (has_at(source, type, "IEND"))
      break;
    if (has_at(source, type, "IHDR") && length == 13)
      read_ihdr(body, header);
    else if (has_at(source, type, "tRNS"))
      header.alpha = true;
    else if (has_at(source, type, "acTL") && !data)
      header.frames = be32(body, 0);
    else if (has_at(source, type, "eXIf"))
      header.orientation = exif_orientation(body);
    data |= has_at(source, type, "IDAT");
    header.metadata |= !shows_picture(source, type);
  }
  header.picture_end = at;
  header.metadata |= at < source.size();
  return header;
}

} // namespace pixmill::imaging
