#include "imaging/exif.hpp"

namespace pixmill::imaging {

namespace {

constexpr std::uint32_t orientation_tag = 0x0112;
constexpr std::uint32_t short_type = 3;

} // namespace

std::uint8_t exif_orientation(byte_view tiff) noexcept {
  bool little = has_at(tiff, 0, "II");
  if (!little && !has_at(tiff, 0, "MM"))
    return 1;
  auto u16 = [&](std::size_t at) {
    return little ? le16(tiff, at) : be16(tiff, at);
  };
  std::size_t directory = little ? le32(tiff, 4) : be32(tiff, 4);
  auto entries = u16(directory);
  for (std::size_t i = 0; i < entries; ++i) {
    auto entry = directory + 2 + i * 12;
    if (entry + 12 > tiff.size())
      break;
    if (u16(entry) != orientation_tag)
      continue;
    auto value = u16(entry + 8);
    if (u16(entry + 2) == short_type && value >= 1 && value <= 8)
      return static_cast<std::uint8_t>(value);
  }
  return 1;
}

std::string minimal_exif(std::uint8_t orientation) {
  // Header, one entry (tag, SHORT, count 1, value), no next directory.
  std::string block("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x01\0\0\0"
                    "\0\0\0\0",
                    26);
  block[18] = static_cast<char>(orientation);
  return block;
}

std::string exif_segment(std::uint8_t orientation) {
  if (orientation == 1)
    return {};
  auto block = minimal_exif(orientation);
  std::string segment("\xff\xe1\0", 3);
  segment.push_back(static_cast<char>(block.size() + 8));
  segment.append("Exif\0\0", 6);
  return segment + block;
}

} // namespace pixmill::imaging
