#include "imaging/exif.hpp"
#include "imaging/header_parsers.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

constexpr std::uint8_t alpha_flag = 0x10, animation_flag = 0x02;

std::uint32_t le24(byte_view data, std::size_t at) {
  return le16(data, at)
         | (at + 2 < data.size() ? std::uint32_t{data[at + 2]} << 16 : 0);
}

void read_chunk(byte_view source, std::size_t at, byte_view body,
                picture_header& header) {
  if (has_at(source, at, "VP8X") && body.size() >= 10) {
    header.width = le24(body, 4) + 1;
    header.height = le24(body, 7) + 1;
    header.alpha = (body[0] & alpha_flag) != 0;
    header.animated = (body[0] & animation_flag) != 0;
    if (header.animated)
      header.frames = 0; // Counted by their chunks.
  } else if (has_at(source, at, "VP8 ") && header.width == 0) {
    header.width = le16(body, 6) & 0x3fff;
    header.height = le16(body, 8) & 0x3fff;
  } else if (has_at(source, at, "VP8L")) {
    header.lossless = true;
    if (header.width == 0) {
      auto bits = le32(body, 1);
      header.width = (bits & 0x3fff) + 1;
      header.height = (bits >> 14 & 0x3fff) + 1;
      header.alpha = (bits >> 28 & 1) != 0;
    }
  } else if (has_at(source, at, "ANMF")) {
    ++header.frames;
    header.lossless |= has_at(body, 16, "VP8L");
  } else if (has_at(source, at, "ICCP")) {
    header.icc.assign(reinterpret_cast<const char*>(body.data()), body.size());
  } else if (has_at(source, at, "EXIF")) {
    header.metadata = true;
    auto skip = has_at(body, 0, {"Exif\0\0", 6}) ? 6u : 0u;
    header.orientation = exif_orientation(slice(body, skip));
  } else if (has_at(source, at, "XMP ")) {
    header.metadata = true;
  }
}

} // namespace

caf::expected<picture_header> read_webp_header(byte_view source) {
  if (!has_at(source, 0, "RIFF"))
    return make_error(errc::not_an_image, "no known picture format");
  auto end = std::size_t{le32(source, 4)} + 8;
  if (end > source.size() || end < 20)
    return make_error(errc::truncated, "shorter than RIFF says");
  picture_header header;
  header.format = image_format::webp;
  auto file = source.first(end);
  for (std::size_t at = 12; at + 8 <= end;) {
    std::size_t length = le32(file, at + 4);
    if (length > end - at - 8)
      return make_error(errc::truncated, "cut within a chunk");
    read_chunk(file, at, file.subspan(at + 8, length), header);
    at += 8 + length + (length & 1);
  }
  if (header.frames == 0)
    return make_error(errc::decode, "an animation without frames");
  header.picture_end = end;
  header.metadata |= end < source.size();
  return header;
}

} // namespace pixmill::imaging
