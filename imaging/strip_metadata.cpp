#include "imaging/strip_metadata.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <libdeflate.h>

#include "imaging/exif.hpp"

namespace pixmill::imaging {

namespace {

void append(std::string& out, byte_view bytes) {
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void append_be(std::string& out, std::uint32_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift & 0xff));
}

void append_le(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8)
    out.push_back(static_cast<char>(value >> shift & 0xff));
}

/// Whether a decoder needs the segment: JFIF, ICC and Adobe's colour transform
/// among the application markers, all others.
bool jpeg_needs(std::uint8_t marker, byte_view body) {
  if (marker == 0xfe)
    return false;
  if (marker < 0xe0 || marker > 0xef)
    return true;
  return (marker == 0xe0 && has_at(body, 0, "JFIF"))
         || (marker == 0xe2 && has_at(body, 0, {"ICC_PROFILE\0", 12}))
         || (marker == 0xee && has_at(body, 0, "Adobe"));
}

/// TEM, RST, SOI, EOI and a stuffed zero: no segment, whatever bytes follow.
bool jpeg_has_no_length(std::uint8_t marker) {
  return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd9);
}

std::string strip_jpeg(byte_view source, const picture_header& header) {
  std::string out("\xff\xd8", 2);
  auto exif = exif_segment(header.orientation);
  std::size_t at = 2;
  // Segments up to the first scan; from there on all is picture.
  while (at + 4 <= header.picture_end && source[at] == 0xff) {
    auto marker = source[at + 1];
    if (marker == 0xff) { // Padding.
      ++at;
      continue;
    }
    if (marker == 0xda)
      break;
    auto length = be16(source, at + 2);
    // Decoders disagree about such a header: the file stays as it is.
    if (jpeg_has_no_length(marker) || length < 2
        || at + 2 + length > header.picture_end)
      return {};
    // EXIF readers want it behind JFIF and before all else.
    if (marker != 0xe0)
      out += std::exchange(exif, {});
    if (jpeg_needs(marker, source.subspan(at + 4, length - 2)))
      append(out, source.subspan(at, 2 + std::size_t{length}));
    at += 2 + std::size_t{length};
  }
  if (at + 4 > header.picture_end || source[at] != 0xff)
    return {};
  append(out, source.subspan(at, header.picture_end - at));
  return out;
}

constexpr std::array<std::string_view, 7> png_metadata{
  "tEXt", "zTXt", "iTXt", "eXIf", "tIME", "oFFs", "pCAL"};

/// Ancillary chunks have a small first letter, private ones a small second.
bool png_drops(byte_view source, std::size_t type_at) {
  constexpr std::uint8_t small = 0x20;
  for (auto name : png_metadata)
    if (has_at(source, type_at, name))
      return true;
  return (source[type_at] & small) != 0 && (source[type_at + 1] & small) != 0
         && !has_at(source, type_at, "fcTL") && !has_at(source, type_at, "fdAT")
         && !has_at(source, type_at, "acTL");
}

std::string strip_png(byte_view source, const picture_header& header) {
  std::string out;
  append(out, source.first(8));
  for (std::size_t at = 8; at + 12 <= header.picture_end;) {
    auto size = 12 + std::size_t{be32(source, at)};
    if (!png_drops(source, at + 4))
      append(out, slice(source, at, size));
    if (has_at(source, at + 4, "IHDR") && header.orientation != 1) {
      auto block = "eXIf" + minimal_exif(header.orientation);
      append_be(out, static_cast<std::uint32_t>(block.size() - 4), 4);
      out += block;
      append_be(out, libdeflate_crc32(0, block.data(), block.size()), 4);
    }
    at += size;
  }
  return out;
}

void append_webp_chunk(std::string& out, std::string_view name,
                       std::string_view body) {
  out += name;
  append_le(out, static_cast<std::uint32_t>(body.size()));
  out += body;
  if (body.size() % 2 != 0)
    out.push_back('\0');
}

std::string strip_webp(byte_view source, const picture_header& header) {
  constexpr std::uint8_t exif_flag = 0x08, xmp_flag = 0x04;
  std::string out("RIFF\0\0\0\0WEBP", 12);
  for (std::size_t at = 12; at + 8 <= header.picture_end;) {
    std::size_t size = le32(source, at + 4);
    auto chunk = slice(source, at, 8 + size + (size & 1));
    if (has_at(source, at, "VP8X") && size >= 10) {
      auto flags_at = out.size() + 8;
      append(out, chunk);
      auto flags = static_cast<std::uint8_t>(
        static_cast<std::uint8_t>(out[flags_at]) & ~(exif_flag | xmp_flag));
      if (header.orientation != 1)
        flags |= exif_flag;
      out[flags_at] = static_cast<char>(flags);
    } else if (!has_at(source, at, "EXIF") && !has_at(source, at, "XMP ")) {
      append(out, chunk);
      if (chunk.size() < 8 + size + (size & 1))
        out.push_back('\0');
    }
    at += 8 + size + (size & 1);
  }
  if (header.orientation != 1)
    append_webp_chunk(out, "EXIF", minimal_exif(header.orientation));
  std::string length;
  append_le(length, static_cast<std::uint32_t>(out.size() - 8));
  out.replace(4, 4, length);
  return out;
}

} // namespace

std::string strip_metadata(byte_view source, const picture_header& header) {
  if (!header.metadata)
    return {};
  std::string out;
  if (header.format == image_format::jpeg)
    out = strip_jpeg(source, header);
  else if (header.format == image_format::png)
    out = strip_png(source, header);
  else if (header.format == image_format::webp)
    out = strip_webp(source, header);
  return out.size() < source.size() ? out : std::string{};
}

} // namespace pixmill::imaging
