#include "imaging/header.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "imaging/header_parsers.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

using parser = caf::expected<picture_header> (*)(byte_view);

struct known_format {
  std::size_t at;
  std::string_view magic;
  parser parse;
};

constexpr std::array known_formats{
  known_format{0, "\xff\xd8\xff", read_jpeg_header},
  known_format{0, "\x89PNG\r\n\x1a\n", read_png_header},
  known_format{0, "GIF87a", read_gif_header},
  known_format{0, "GIF89a", read_gif_header},
  known_format{8, "WEBP", read_webp_header},
  known_format{4, "ftypavif", read_avif_header},
  known_format{4, "ftypavis", read_avif_header},
  known_format{4, "ftypmif1", read_avif_header},
  known_format{0, {"II*\0", 4}, read_tiff_header},
  known_format{0, {"MM\0*", 4}, read_tiff_header},
  known_format{0, "BM", read_bmp_header},
};

/// Pictures, documents and films that are recognised only to be refused.
struct refused_format {
  std::size_t at;
  std::string_view magic;
  std::string_view name;
};

constexpr std::array refused_formats{
  refused_format{0, "%PDF", "PDF"},
  refused_format{0, "%!PS", "PostScript"},
  refused_format{0, "\xc5\xd0\xd3\xc6", "EPS"},
  refused_format{0, "8BPS", "Photoshop"},
  refused_format{0, "\x1a\x45\xdf\xa3", "Matroska video"},
  refused_format{8, "AVI ", "AVI video"},
  refused_format{0, "\x8aMNG", "MNG"},
  refused_format{0, {"\0\0\1\0", 4}, "ICO"},
  refused_format{0, "\xff\x0a", "JPEG XL"},
  refused_format{4, "JXL ", "JPEG XL"},
  refused_format{4, "jP  ", "JPEG 2000"},
  refused_format{0, "\xff\x4f\xff\x51", "JPEG 2000"},
  refused_format{0, {"II+\0", 4}, "BigTIFF"},
  refused_format{0, {"MM\0+", 4}, "BigTIFF"},
  // HEIC, MP4, MOV and their kin; AVIF was recognised before.
  refused_format{4, "ftyp", "HEIC or video"},
  refused_format{0, "push graphic-context", "MVG"},
  refused_format{0, "viewbox ", "MVG"},
};

/// Returns the first element's name when `source` looks like XML or HTML.
std::string first_element(byte_view source) {
  std::string text;
  for (auto byte : slice(source, 0, 1024))
    if (byte != 0) // UTF-16 reads like ASCII without its zeros.
      text.push_back(
        static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte));
  auto begin = text.find('<');
  if (begin == std::string::npos || begin > 8)
    return {};
  while (begin != std::string::npos && begin + 1 < text.size()
         && (text[begin + 1] == '?' || text.compare(begin, 4, "<!--") == 0))
    begin = text.find('<', begin + 2);
  return begin == std::string::npos ? std::string{} : text.substr(begin, 16);
}

caf::error refuse(byte_view source) {
  for (auto& refused : refused_formats)
    if (has_at(source, refused.at, refused.magic))
      return make_error(errc::unsupported_format, std::string(refused.name));
  auto element = first_element(source);
  if (element.starts_with("<svg") || element.starts_with("<!doctype svg"))
    return make_error(errc::unsupported_format, "SVG");
  if (!element.empty())
    return make_error(errc::not_an_image, "a page of HTML or XML");
  if (source.empty())
    return make_error(errc::not_an_image, "no bytes at all");
  return make_error(errc::not_an_image, "no known picture format");
}

} // namespace

caf::expected<picture_header> read_header(byte_view source) {
  for (auto& known : known_formats) {
    if (!has_at(source, known.at, known.magic))
      continue;
    auto header = known.parse(source);
    if (header && (header->width == 0 || header->height == 0))
      return make_error(errc::decode, "the header states a size of 0");
    return header;
  }
  return refuse(source);
}

caf::error check_limits(const picture_header& header,
                        const decode_limits& limits) {
  auto size =
    std::to_string(header.width) + " x " + std::to_string(header.height);
  if (std::max(header.width, header.height) > limits.max_side)
    return make_error(errc::too_many_pixels,
                      size + ", the longest side allowed is "
                        + std::to_string(limits.max_side));
  if (header.frames > limits.max_frames)
    return make_error(errc::too_many_frames,
                      std::to_string(header.frames) + " frames, at most "
                        + std::to_string(limits.max_frames));
  // Sides are below 2^32 and frames below 2^32 / 3, but their product is not.
  auto pixels = std::uint64_t{header.width} * header.height;
  if (pixels > limits.max_pixels
      || pixels > limits.max_pixels / std::max(header.frames, 1u))
    return make_error(errc::too_many_pixels,
                      size + " in " + std::to_string(header.frames)
                        + " frame(s), at most "
                        + std::to_string(limits.max_pixels) + " pixels");
  return {};
}

} // namespace pixmill::imaging
