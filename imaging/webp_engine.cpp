#include <algorithm>
#include <optional>
#include <utility>

#include "imaging/compression.hpp"
#include "imaging/gif_frames.hpp"
#include "imaging/pixel_similarity.hpp"
#include "imaging/webp_codec.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

/// libwebp's sides have 14 bits.
constexpr std::uint32_t longest_side = 16'383;

byte_view view(const std::string& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

class still_encoder final : public quality_encoder {
public:
  explicit still_encoder(const decoded_picture& picture) : picture_(picture) {}

  caf::expected<std::string> encode(int quality) override {
    return encode_webp(picture_.pixels, {quality, false}, picture_.icc);
  }

  caf::expected<similarity> likeness(const std::string& bytes, int) override {
    if (!planes_)
      planes_.emplace(picture_.pixels);
    picture_header header;
    header.width = picture_.pixels.width;
    header.height = picture_.pixels.height;
    auto decoded = decode_webp(view(bytes), header);
    if (!decoded)
      return std::move(decoded.error());
    return likeness_of(*planes_, colour_planes(decoded->pixels));
  }

  int guess(double) const override {
    return 60;
  }

private:
  const decoded_picture& picture_;
  std::optional<colour_planes> planes_;
};

class animation_encoder final : public quality_encoder {
public:
  animation_encoder(const animation& animation, const std::string& icc)
      : animation_(animation), icc_(icc) {}

  caf::expected<std::string> encode(int quality) override {
    return encode_webp(animation_, {quality, false}, icc_);
  }

  caf::expected<similarity> likeness(const std::string& bytes, int) override {
    auto decoded = decode_webp_animation(view(bytes));
    if (!decoded)
      return std::move(decoded.error());
    return likeness_of(animation_, *decoded);
  }

  int guess(double) const override {
    return 50;
  }

private:
  const animation& animation_;
  const std::string& icc_;
};

caf::expected<compressed_image> compress_animation(const compression& what) {
  auto moving = what.header.format == image_format::gif
                  ? decode_gif_animation(what.source)
                  : decode_webp_animation(what.source);
  if (!moving)
    return std::move(moving.error());
  for (auto& frame : moving->frames)
    frame = resampled(upright(std::move(frame), what.header.orientation),
                      what.target);
  animation_encoder encoder(*moving, what.header.icc);
  auto found = reach_goal(what, encoder, 100);
  if (!found)
    return std::move(found.error());
  return settle(what, image_format::webp, std::move(*found));
}

} // namespace

caf::expected<compressed_image> compress_to_webp(const compression& what) {
  bool from_webp = what.header.format == image_format::webp;
  if (std::max(what.target.width, what.target.height) > longest_side)
    return make_error(errc::encode, "WebP ends at 16383 pixels a side");
  // A single frame may come as an animation, too.
  if ((from_webp && (what.header.frames != 1 || what.header.animated))
      || (what.header.format == image_format::gif && what.header.frames > 1))
    return compress_animation(what);
  auto picture = decode_picture(what);
  if (!picture)
    return std::move(picture.error());
  picture->pixels = without_idle_alpha(std::move(picture->pixels));
  if (from_webp && what.header.lossless && what.has_budget()) {
    auto bytes = encode_webp(picture->pixels, {100, true}, picture->icc);
    if (bytes && bytes->size() <= what.budget())
      return settle(what, image_format::webp,
                    {std::move(*bytes), 100, identical, false});
  }
  still_encoder encoder(*picture);
  auto found = reach_goal(what, encoder, 100);
  if (!found)
    return std::move(found.error());
  return settle(what, image_format::webp, std::move(*found));
}

} // namespace pixmill::imaging
