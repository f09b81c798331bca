#include <algorithm>
#include <utility>

#include "imaging/header_parsers.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

/// Containers are nested four deep in any still picture.
constexpr int deepest_box = 6;

bool contains_boxes(byte_view source, std::size_t type_at) {
  return has_at(source, type_at, "meta") || has_at(source, type_at, "iprp")
         || has_at(source, type_at, "ipco");
}

/// Walks the boxes of ISO/IEC 14496-12 that describe an AVIF still picture.
class avif_parser {
public:
  explicit avif_parser(byte_view source) : source_(source) {}

  caf::expected<picture_header> parse() {
    if (!names_avif())
      return make_error(errc::unsupported_format, "HEIC or video");
    header_.format = image_format::avif;
    if (!walk(0, source_.size(), 0))
      return make_error(errc::truncated, "a box past the end");
    header_.picture_end = source_.size();
    // Decoders apply the rotation, so only what they show is of interest.
    if (quarter_turns_ % 2 != 0)
      std::swap(header_.width, header_.height);
    // An image sequence plays; this parser does not count its samples.
    if (has_at(source_, 8, "avis"))
      header_.frames = std::max(header_.frames, 2u);
    return std::move(header_);
  }

private:
  /// The major brand, or one of the compatible ones.
  bool names_avif() const {
    auto end = std::min<std::size_t>(be32(source_, 0), source_.size());
    for (std::size_t at = 8; at + 4 <= end; at += 4)
      if (at != 12
          && (has_at(source_, at, "avif") || has_at(source_, at, "avis")))
        return true;
    return false;
  }

  bool walk(std::size_t at, std::size_t end, int depth) {
    while (end - at >= 8) {
      std::uint64_t size = be32(source_, at);
      std::size_t head = 8;
      if (size == 1) {
        size =
          std::uint64_t{be32(source_, at + 8)} << 32 | be32(source_, at + 12);
        head = 16;
      } else if (size == 0) {
        size = end - at;
      }
      if (size < head || size > end - at)
        return false;
      auto box_end = at + static_cast<std::size_t>(size);
      if (contains_boxes(source_, at + 4) && depth < deepest_box) {
        // `meta` carries a version and flags before its boxes.
        auto skip = head + (has_at(source_, at + 4, "meta") ? 4 : 0);
        if (size >= skip && !walk(at + skip, box_end, depth + 1))
          return false;
      } else {
        property(at + 4, at + head);
      }
      at = box_end;
    }
    return true;
  }

  void property(std::size_t type, std::size_t body) {
    if (has_at(source_, type, "ispe")) {
      header_.width = std::max(header_.width, be32(source_, body + 4));
      header_.height = std::max(header_.height, be32(source_, body + 8));
    } else if (has_at(source_, type, "irot") && body < source_.size()) {
      quarter_turns_ = source_[body] & 3;
    } else if (has_at(source_, type, "auxC")) {
      header_.alpha |= has_at(source_, body + 4,
                              "urn:mpeg:mpegB:cicp:systems:"
                              "auxiliary:alpha");
    }
  }

  byte_view source_;
  picture_header header_;
  int quarter_turns_ = 0;
};

} // namespace

caf::expected<picture_header> read_avif_header(byte_view source) {
  return avif_parser(source).parse();
}

} // namespace pixmill::imaging
