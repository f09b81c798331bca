#include <optional>
#include <utility>

#include "imaging/avif_codec.hpp"
#include "imaging/compression.hpp"
#include "imaging/pixel_similarity.hpp"

namespace pixmill::imaging {

namespace {

class avif_encoder final : public quality_encoder {
public:
  explicit avif_encoder(const decoded_picture& picture) : picture_(picture) {}

  caf::expected<std::string> encode(int quality) override {
    return encode_avif(picture_.pixels, quality, picture_.icc);
  }

  caf::expected<similarity> likeness(const std::string& bytes, int) override {
    picture_header header;
    header.width = picture_.pixels.width;
    header.height = picture_.pixels.height;
    auto shown = decode_avif(view_of(bytes), header);
    if (!shown)
      return std::move(shown.error());
    if (!planes_)
      planes_.emplace(picture_.pixels);
    return likeness_of(*planes_, colour_planes(shown->pixels));
  }

  int guess(double) const override {
    return 55;
  }

private:
  const decoded_picture& picture_;
  std::optional<colour_planes> planes_;
};

} // namespace

caf::expected<compressed_image> compress_to_avif(const compression& what) {
  // Only the first frame of a sequence comes out of the decoder.
  if (what.header.format == image_format::avif && what.header.frames > 1)
    return keep(what);
  auto picture = decode_picture(what);
  if (!picture)
    return std::move(picture.error());
  picture->pixels = without_idle_alpha(std::move(picture->pixels));
  avif_encoder encoder(*picture);
  auto found = reach_goal(what, encoder, 100);
  if (!found)
    return std::move(found.error());
  return settle(what, image_format::avif, std::move(*found));
}

} // namespace pixmill::imaging
