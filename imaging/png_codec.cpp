#include "imaging/png_codec.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <libdeflate.h>
#include <spng.h>

#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

/// Beyond it libdeflate costs twice as much for 1 to 2 % of the bytes.
constexpr int deflate_level = 6;

struct spng_deleter {
  void operator()(spng_ctx* context) const noexcept {
    spng_ctx_free(context);
  }
};

using spng_pointer = std::unique_ptr<spng_ctx, spng_deleter>;

struct deflate_deleter {
  void operator()(libdeflate_compressor* compressor) const noexcept {
    libdeflate_free_compressor(compressor);
  }
};

caf::error refused(int code) {
  return make_error(errc::decode, spng_strerror(code));
}

std::string read_profile(spng_ctx* context) {
  spng_iccp profile{};
  if (spng_get_iccp(context, &profile) != 0)
    return {};
  return std::string(profile.profile, profile.profile_len);
}

/// What fits the colours best without loss, down to 8 bits.
int format_for(const spng_ihdr& header, bool transparent) {
  bool grey = header.color_type == SPNG_COLOR_TYPE_GRAYSCALE;
  if (grey && !transparent && header.bit_depth <= 8)
    return SPNG_FMT_G8;
  bool alpha = header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA
               || header.color_type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
  return alpha || transparent || grey ? SPNG_FMT_RGBA8 : SPNG_FMT_RGB8;
}

void append_be32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift & 0xff));
}

void append_chunk(std::string& out, std::string_view type,
                  std::string_view body) {
  append_be32(out, static_cast<std::uint32_t>(body.size()));
  auto begin = out.size();
  out += type;
  out += body;
  append_be32(out, libdeflate_crc32(0, out.data() + begin, out.size() - begin));
}

caf::expected<std::string> deflate(std::string_view bytes) {
  std::unique_ptr<libdeflate_compressor, deflate_deleter> compressor(
    libdeflate_alloc_compressor(deflate_level));
  if (!compressor)
    return make_error(errc::encode, "no memory to deflate");
  std::string out;
  out.resize(libdeflate_zlib_compress_bound(compressor.get(), bytes.size()));
  out.resize(libdeflate_zlib_compress(compressor.get(), bytes.data(),
                                      bytes.size(), out.data(), out.size()));
  if (out.empty() || out.size() > INT32_MAX)
    return make_error(errc::encode, "too large for a PNG");
  return out;
}

struct png_layout {
  std::uint32_t width;
  std::uint32_t height;
  std::uint8_t bit_depth;
  std::uint8_t colour_type;
};

caf::expected<std::string> assemble(const png_layout& layout,
                                    const std::string& icc,
                                    const std::string& palette,
                                    const std::string& alphas,
                                    const std::string& rows) {
  std::string out("\x89PNG\r\n\x1a\n");
  std::string header;
  append_be32(header, layout.width);
  append_be32(header, layout.height);
  header.push_back(static_cast<char>(layout.bit_depth));
  header.push_back(static_cast<char>(layout.colour_type));
  header.append(3, '\0');
  append_chunk(out, "IHDR", header);
  if (!icc.empty()) {
    auto profile = deflate(icc);
    if (!profile)
      return profile;
    append_chunk(out, "iCCP", std::string("ICC\0\0", 5) + *profile);
  }
  if (!palette.empty())
    append_chunk(out, "PLTE", palette);
  if (!alphas.empty())
    append_chunk(out, "tRNS", alphas);
  auto data = deflate(rows);
  if (!data)
    return data;
  append_chunk(out, "IDAT", *data);
  append_chunk(out, "IEND", {});
  return out;
}

std::uint8_t paeth(int left, int up, int corner) {
  auto guess = left + up - corner;
  auto to_left = std::abs(guess - left);
  auto to_up = std::abs(guess - up);
  auto to_corner = std::abs(guess - corner);
  if (to_left <= to_up && to_left <= to_corner)
    return static_cast<std::uint8_t>(left);
  return static_cast<std::uint8_t>(to_up <= to_corner ? up : corner);
}

/// Filters one row with `filter` (0 to 4) and returns the sum of magnitudes by
/// which PNG's authors suggest to choose.
std::size_t filter_row(int filter, const std::uint8_t* row,
                       const std::uint8_t* above, std::size_t bytes,
                       std::size_t step, std::uint8_t* out) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    int left = i >= step ? row[i - step] : 0;
    int up = above != nullptr ? above[i] : 0;
    int corner = i >= step && above != nullptr ? above[i - step] : 0;
    int guess = 0;
    if (filter == 1)
      guess = left;
    else if (filter == 2)
      guess = up;
    else if (filter == 3)
      guess = (left + up) / 2;
    else if (filter == 4)
      guess = paeth(left, up, corner);
    auto value = static_cast<std::uint8_t>(row[i] - guess);
    out[i] = value;
    sum += static_cast<std::size_t>(std::abs(static_cast<std::int8_t>(value)));
  }
  return sum;
}

/// Packs a row of palette indexes, first pixel in the highest bits.
void pack_row(const std::uint8_t* row, std::uint32_t width, unsigned depth,
              std::string& out) {
  if (depth == 8) {
    out.append(reinterpret_cast<const char*>(row), width);
    return;
  }
  for (std::uint32_t x = 0; x < width;) {
    unsigned byte = 0;
    for (unsigned shift = 8; shift > 0 && x < width; ++x) {
      shift -= depth;
      byte |= static_cast<unsigned>(row[x]) << shift;
    }
    out.push_back(static_cast<char>(byte));
  }
}

} // namespace

caf::expected<decoded_picture> decode_png(byte_view source) {
  // Checksums stay on: a wrong one is how damage shows.
  spng_pointer context(spng_ctx_new(0));
  if (!context)
    return make_error(errc::decode, "no memory");
  spng_set_png_buffer(context.get(), source.data(), source.size());
  spng_ihdr header{};
  if (auto code = spng_get_ihdr(context.get(), &header))
    return refused(code);
  spng_trns transparency{};
  bool transparent = spng_get_trns(context.get(), &transparency) == 0;
  auto format = format_for(header, transparent);
  decoded_picture picture;
  picture.icc = read_profile(context.get());
  auto& pixels = picture.pixels;
  pixels.width = header.width;
  pixels.height = header.height;
  pixels.channels = format == SPNG_FMT_G8 ? 1 : format == SPNG_FMT_RGB8 ? 3 : 4;
  std::size_t size = 0;
  if (auto code = spng_decoded_image_size(context.get(), format, &size))
    return refused(code);
  pixels.samples.resize(size);
  if (size != pixels.row_bytes() * pixels.height)
    return make_error(errc::decode, "an unexpected size");
  if (auto code = spng_decode_image(context.get(), pixels.samples.data(), size,
                                    format, SPNG_DECODE_TRNS))
    return refused(code);
  return picture;
}

caf::expected<std::string> encode_png(const indexed_picture& picture,
                                      const std::string& icc) {
  auto colours = picture.palette.size() / 4;
  unsigned depth = colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8;
  std::string palette;
  std::string alphas;
  std::size_t translucent = 0;
  for (std::size_t i = 0; i < colours; ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      palette.push_back(static_cast<char>(picture.palette[i * 4 + c]));
    alphas.push_back(static_cast<char>(picture.palette[i * 4 + 3]));
    if (picture.palette[i * 4 + 3] != 255)
      translucent = i + 1;
  }
  alphas.resize(translucent);
  std::string rows;
  rows.reserve((std::size_t{picture.width} + 2) * picture.height);
  for (std::size_t y = 0; y < picture.height; ++y) {
    rows.push_back('\0'); // Filters do not help where numbers are names.
    pack_row(picture.indexes.data() + y * picture.width, picture.width, depth,
             rows);
  }
  return assemble({picture.width, picture.height,
                   static_cast<std::uint8_t>(depth), SPNG_COLOR_TYPE_INDEXED},
                  icc, palette, alphas, rows);
}

caf::expected<std::string> encode_png(const pixel_buffer& pixels,
                                      const std::string& icc) {
  auto bytes = pixels.row_bytes();
  std::string rows;
  rows.reserve((bytes + 1) * pixels.height);
  std::array<std::vector<std::uint8_t>, 5> filtered;
  filtered.fill(std::vector<std::uint8_t>(bytes));
  for (std::size_t y = 0; y < pixels.height; ++y) {
    std::array<std::size_t, 5> sums{};
    for (std::size_t filter = 0; filter < 5; ++filter)
      sums[filter] = filter_row(static_cast<int>(filter), pixels.row(y),
                                y > 0 ? pixels.row(y - 1) : nullptr, bytes,
                                pixels.channels, filtered[filter].data());
    auto best = std::min_element(sums.begin(), sums.end()) - sums.begin();
    auto& row = filtered[static_cast<std::size_t>(best)];
    rows.push_back(static_cast<char>(best));
    rows.append(reinterpret_cast<const char*>(row.data()), bytes);
  }
  auto type = pixels.channels == 1   ? SPNG_COLOR_TYPE_GRAYSCALE
              : pixels.channels == 3 ? SPNG_COLOR_TYPE_TRUECOLOR
                                     : SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
  return assemble(
    {pixels.width, pixels.height, 8, static_cast<std::uint8_t>(type)}, icc, {},
    {}, rows);
}

} // namespace pixmill::imaging
