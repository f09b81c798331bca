#include <algorithm>

#include "imaging/header_parsers.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

enum tag : std::uint32_t {
  image_width = 256,
  image_length = 257,
  bits_per_sample = 258,
  strip_offsets = 273,
  orientation = 274,
  samples_per_pixel = 277,
  strip_byte_counts = 279,
  tile_offsets = 324,
  tile_byte_counts = 325,
  extra_samples = 338,
};

/// More directories than any page count that `decode_limits` allows.
constexpr std::uint32_t most_directories = 70'000;

class tiff_parser {
public:
  explicit tiff_parser(byte_view source)
      : source_(source), little_(has_at(source, 0, "II")) {}

  caf::expected<picture_header> parse() {
    header_.format = image_format::tiff;
    header_.lossless = true;
    header_.frames = 0;
    auto at = u32(4);
    while (at != 0 && header_.frames < most_directories) {
      if (at + 2 > source_.size())
        return make_error(errc::truncated, "a directory past the end");
      if (!directory(at))
        return make_error(errc::truncated, "strips past the end");
      // All of it has its own place in the file, which bounds the work.
      if (visited_bytes_ > source_.size())
        return make_error(errc::decode, "directories that overlap");
      ++header_.frames;
      at = u32(at + 2 + std::size_t{u16(at)} * 12);
    }
    header_.picture_end = source_.size();
    return std::move(header_);
  }

private:
  std::uint32_t u16(std::size_t at) const {
    return little_ ? le16(source_, at) : be16(source_, at);
  }

  std::uint32_t u32(std::size_t at) const {
    return little_ ? le32(source_, at) : be32(source_, at);
  }

  /// Returns value `index` of the entry at `at`: SHORT or LONG.
  std::uint32_t value(std::size_t at, std::size_t index = 0) const {
    std::size_t width = u16(at + 2) == 3 ? 2 : 4;
    auto where = u32(at + 4) * width <= 4 ? at + 8 : u32(at + 8);
    where += index * width;
    return width == 2 ? u16(where) : u32(where);
  }

  /// Reads one directory; returns whether its data lies within the file.
  bool directory(std::size_t at) {
    std::size_t offsets = 0;
    std::size_t counts = 0;
    auto entries = u16(at);
    visited_bytes_ += 2 + std::size_t{entries} * 12;
    for (std::size_t i = 0; i < entries; ++i) {
      auto entry = at + 2 + i * 12;
      if (entry + 12 > source_.size())
        return false;
      switch (u16(entry)) {
      case image_width:
        header_.width = std::max(header_.width, value(entry));
        break;
      case image_length:
        header_.height = std::max(header_.height, value(entry));
        break;
      case bits_per_sample:
        header_.bit_depth = static_cast<std::uint8_t>(value(entry));
        break;
      case orientation:
        orient(value(entry));
        break;
      case samples_per_pixel:
        header_.components = value(entry) >= 3 ? 3 : 1;
        break;
      case extra_samples:
        header_.alpha = true;
        break;
      case strip_offsets:
      case tile_offsets:
        offsets = entry;
        break;
      case strip_byte_counts:
      case tile_byte_counts:
        counts = entry;
        break;
      default:
        break;
      }
    }
    return offsets == 0 || counts == 0 || within(offsets, counts);
  }

  void orient(std::uint32_t value) {
    if (value >= 1 && value <= 8 && header_.frames == 0)
      header_.orientation = static_cast<std::uint8_t>(value);
  }

  bool within(std::size_t offsets, std::size_t counts) {
    std::size_t pieces = std::min(u32(offsets + 4), u32(counts + 4));
    // Each needs 2 bytes or more in the file, so this bounds the loop.
    if (pieces > source_.size())
      return false;
    visited_bytes_ += 2 * pieces;
    for (std::size_t i = 0; i < pieces; ++i)
      if (std::uint64_t{value(offsets, i)} + value(counts, i) > source_.size())
        return false;
    return true;
  }

  byte_view source_;
  bool little_;
  picture_header header_;
  std::size_t visited_bytes_ = 0; ///< At least so many; lists of strips once.
};

} // namespace

caf::expected<picture_header> read_tiff_header(byte_view source) {
  return tiff_parser(source).parse();
}

} // namespace pixmill::imaging
