#include "tests/imaging/pictures.hpp"

#include <algorithm>
#include <cmath>

#include "imaging/jpeg_pixels.hpp"

namespace pixmill::imaging::test {

namespace {

/// A number that looks random and is the same everywhere.
std::uint32_t hash(std::uint32_t x, std::uint32_t y, std::uint32_t c) {
  auto value = x * 374'761'393u + y * 668'265'263u + c * 2'246'822'519u;
  value = (value ^ value >> 13) * 1'274'126'177u;
  return value ^ value >> 16;
}

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
}

pixel_buffer blank(std::uint32_t width, std::uint32_t height,
                   std::uint8_t channels) {
  pixel_buffer pixels{width, height, channels, {}};
  pixels.samples.resize(pixels.row_bytes() * height);
  return pixels;
}

} // namespace

pixel_buffer photo(std::uint32_t width, std::uint32_t height,
                   std::uint8_t channels) {
  auto pixels = blank(width, height, channels);
  for (std::uint32_t y = 0; y < height; ++y)
    for (std::uint32_t x = 0; x < width; ++x)
      for (std::uint32_t c = 0; c < channels; ++c) {
        auto u = static_cast<double>(x) / width;
        auto v = static_cast<double>(y) / height;
        auto value = 140 + 40 * std::sin(9 * u + 2 * c) + 40 * std::cos(7 * v)
                     + (x / 23 + y / 17) % 2 * 12 + hash(x, y, c) % 12;
        if (u < 0.5 && v < 0.5)
          value /= 3;
        pixels.row(y)[x * channels + c] = c == 3 ? 255 : to_byte(value);
      }
  return pixels;
}

pixel_buffer cutout(std::uint32_t side) {
  auto pixels = photo(side, side, 4);
  for (std::uint32_t y = 0; y < side; ++y)
    for (std::uint32_t x = 0; x < side; ++x) {
      auto distance = std::hypot(x - side / 2.0, y - side / 2.0);
      pixels.row(y)[x * 4 + 3] = to_byte((side * 0.4 - distance) * 64);
    }
  return pixels;
}

pixel_buffer drawing(std::uint32_t width, std::uint32_t height,
                     unsigned colours) {
  auto pixels = blank(width, height, 3);
  for (std::uint32_t y = 0; y < height; ++y)
    for (std::uint32_t x = 0; x < width; ++x)
      for (std::uint32_t c = 0; c < 3; ++c)
        pixels.row(y)[x * 3 + c] =
          static_cast<std::uint8_t>(hash((x / 8 + y / 8 * 31) % colours, 7, c));
  return pixels;
}

animation moving_square(std::uint32_t side) {
  animation result;
  for (std::uint32_t i = 0; i < 3; ++i) {
    auto frame = photo(side, side, 4);
    for (std::uint32_t y = 0; y < side / 4; ++y)
      std::fill_n(frame.row(y + i * 8) + i * 32, side, std::uint8_t{255});
    result.frames.push_back(std::move(frame));
    result.ends.push_back(static_cast<int>(i + 1) * 100);
  }
  return result;
}

std::string jpeg_of(const pixel_buffer& pixels, int quality) {
  return *encode_jpeg(pixels, {.quality = quality}, {});
}

std::string with_segment(const std::string& jpeg, std::uint8_t marker,
                         const std::string& body) {
  auto length = body.size() + 2;
  std::string segment("\xff");
  segment.push_back(static_cast<char>(marker));
  segment.push_back(static_cast<char>(length >> 8));
  segment.push_back(static_cast<char>(length & 0xff));
  return jpeg.substr(0, 2) + segment + body + jpeg.substr(2);
}

std::string exif_body(std::uint8_t orientation) {
  // Big-endian: an orientation and a camera's name.
  std::string body("Exif\0\0MM\0*\0\0\0\x08\0\x02"
                   "\x01\x12\0\x03\0\0\0\x01\0?\0\0"
                   "\x01\x10\0\x02\0\0\0\x04"
                   "CAM\0\0\0\0\0",
                   44);
  body[25] = static_cast<char>(orientation);
  return body;
}

std::string profile() {
  std::string bytes(200, '\0');
  bytes[3] = static_cast<char>(200);
  bytes.replace(12, 12, "mntrRGB XYZ ");
  bytes.replace(36, 4, "acsp");
  return bytes;
}

byte_view view(const std::string& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

} // namespace pixmill::imaging::test
