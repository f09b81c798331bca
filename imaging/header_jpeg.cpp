#include <algorithm>
#include <cstring>
#include <map>

#include "imaging/exif.hpp"
#include "imaging/header_parsers.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

constexpr std::uint8_t soi = 0xd8, eoi = 0xd9, sos = 0xda, app0 = 0xe0,
                       app1 = 0xe1, app2 = 0xe2, app14 = 0xee, com = 0xfe;

/// A progressive file of a few bytes a scan costs a full pass for each. What
/// encoders write has about 10.
constexpr int max_scans = 500;

bool is_frame(std::uint8_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8
         && marker != 0xcc;
}

bool stands_alone(std::uint8_t marker) {
  return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

class jpeg_parser {
public:
  explicit jpeg_parser(byte_view source) : source_(source) {}

  caf::expected<picture_header> parse() {
    header_.format = image_format::jpeg;
    for (;;) {
      auto marker = next_marker();
      if (marker == 0)
        return make_error(errc::truncated, "no end of image");
      if (marker == eoi)
        break;
      if (stands_alone(marker) || marker == soi)
        continue;
      auto length = be16(source_, at_);
      if (length < 2 || length > source_.size() - at_)
        return make_error(errc::truncated, "cut within a marker");
      if (auto reason = segment(marker, source_.subspan(at_ + 2, length - 2)))
        return reason;
      at_ += length;
      if (marker == sos && ++scans_ > max_scans)
        return make_error(errc::decode, "more than 500 scans");
    }
    if (header_.width == 0 || scans_ == 0)
      return make_error(errc::decode, "no frame or no scan");
    header_.picture_end = at_;
    header_.metadata |= at_ < source_.size();
    join_profile();
    return std::move(header_);
  }

private:
  /// Moves behind the next marker, over entropy-coded data and garbage, and
  /// returns it; 0 at the end of the file.
  std::uint8_t next_marker() {
    while (at_ < source_.size()) {
      auto* found = static_cast<const std::uint8_t*>(
        std::memchr(source_.data() + at_, 0xff, source_.size() - at_));
      if (found == nullptr)
        break;
      at_ = static_cast<std::size_t>(found - source_.data()) + 1;
      while (at_ < source_.size() && source_[at_] == 0xff)
        ++at_;
      if (at_ < source_.size() && source_[at_] != 0)
        return source_[at_++];
    }
    return 0;
  }

  caf::error segment(std::uint8_t marker, byte_view body) {
    if (is_frame(marker))
      return frame(marker, body);
    if (marker == app1) {
      header_.metadata = true;
      if (has_at(body, 0, {"Exif\0\0", 6}))
        header_.orientation = exif_orientation(slice(body, 6));
    } else if (marker == app2 && has_at(body, 0, {"ICC_PROFILE\0", 12})
               && body.size() > 14) {
      auto text = reinterpret_cast<const char*>(body.data());
      profile_.emplace(body[12], std::string(text + 14, body.size() - 14));
      profile_chunks_ = body[13];
    } else if (marker == com
               || (marker > app0 && marker <= 0xef && marker != app14)) {
      header_.metadata = true;
    }
    return {};
  }

  caf::error frame(std::uint8_t marker, byte_view body) {
    if (body.size() < 6 || header_.width != 0)
      return make_error(errc::decode, "a broken frame header");
    // Baseline, extended, progressive, and the arithmetic ones of these.
    if (body[0] != 8 || (marker > 0xc2 && marker != 0xc9 && marker != 0xca))
      return make_error(errc::unsupported_format,
                        "lossless, hierarchical or 12-bit JPEG");
    header_.height = be16(body, 1);
    header_.width = be16(body, 3);
    header_.components = body[5];
    // Each component has 3 bytes, the second being its sampling factors.
    for (std::size_t i = 1; i < header_.components; ++i)
      header_.full_chroma &=
        7 + 3 * i < body.size() && body[7 + 3 * i] == body[7];
    if (header_.width == 0 || header_.height == 0)
      return make_error(errc::decode, "the header states a size of 0");
    return {};
  }

  /// An incomplete profile is worse than none.
  void join_profile() {
    if (profile_.size() != profile_chunks_)
      return;
    for (auto& chunk : profile_)
      header_.icc += chunk.second;
  }

  byte_view source_;
  std::size_t at_ = 2;
  int scans_ = 0;
  picture_header header_;
  std::map<std::uint8_t, std::string> profile_;
  std::size_t profile_chunks_ = 0;
};

} // namespace

caf::expected<picture_header> read_jpeg_header(byte_view source) {
  return jpeg_parser(source).parse();
}

} // namespace pixmill::imaging
