#include "cli/codec_samples.hpp"

#include <cstdint>
#include <string_view>

namespace pixmill::cli {
namespace {

using namespace std::string_view_literals;

// Both formats are little-endian here.
void append_number(std::string& out, std::uint32_t x, int bytes) {
  for (int i = 0; i < bytes; ++i, x >>= 8)
    out += static_cast<char>(x & 0xff);
}

} // namespace

std::string sample_bmp() {
  constexpr std::uint32_t side = 64;
  constexpr std::uint32_t header_bytes = 54;
  constexpr std::uint32_t pixel_bytes = side * side * 3;
  std::string out = "BM";
  append_number(out, header_bytes + pixel_bytes, 4);
  append_number(out, 0, 4);
  append_number(out, header_bytes, 4);
  append_number(out, 40, 4); // Bytes of the rest of the header.
  append_number(out, side, 4);
  append_number(out, side, 4);
  append_number(out, 1, 2);  // Planes.
  append_number(out, 24, 2); // Bits a pixel.
  append_number(out, 0, 4);  // No compression.
  append_number(out, pixel_bytes, 4);
  append_number(out, 2835, 4); // Pixels a metre: 72 an inch.
  append_number(out, 2835, 4);
  append_number(out, 0, 4);
  append_number(out, 0, 4);
  for (std::uint32_t y = 0; y < side; ++y)
    for (std::uint32_t x = 0; x < side; ++x) {
      append_number(out, x * 4, 1);
      append_number(out, y * 4, 1);
      append_number(out, (x + y) * 2, 1);
    }
  return out;
}

std::string sample_tiff() {
  constexpr std::uint32_t side = 16;
  constexpr std::uint32_t entries = 9;
  constexpr std::uint32_t pixels_at = 8 + 2 + entries * 12 + 4;
  std::string out = "II"; // Little-endian.
  append_number(out, 42, 2);
  append_number(out, 8, 4); // Where the directory is.
  append_number(out, entries, 2);
  const auto append_entry = [&out](std::uint32_t tag, std::uint32_t x) {
    append_number(out, tag, 2);
    append_number(out, 4, 2); // A 32-bit number ...
    append_number(out, 1, 4); // ... and just one.
    append_number(out, x, 4);
  };
  append_entry(256, side);        // Width.
  append_entry(257, side);        // Height.
  append_entry(258, 8);           // Bits a sample.
  append_entry(259, 1);           // No compression.
  append_entry(262, 1);           // 0 is black.
  append_entry(273, pixels_at);   // Where the pixels are.
  append_entry(277, 1);           // Samples a pixel.
  append_entry(278, side);        // Rows a strip.
  append_entry(279, side * side); // Bytes of the strip.
  append_number(out, 0, 4);       // No further directory.
  for (std::uint32_t i = 0; i < side * side; ++i)
    append_number(out, i, 1);
  return out;
}

std::string sample_gif() {
  return std::string{"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff"
                     "\xff\x21\xf9\x04\x01\x00\x00\x00\x00\x2c\x00\x00\x00"
                     "\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b"sv};
}

} // namespace pixmill::cli
