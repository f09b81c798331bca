#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "imaging/compression.hpp"
#include "imaging/magick_codec.hpp"
#include "imaging/pixel_similarity.hpp"

namespace pixmill::imaging {

namespace {

/// Levels are numbers of colours.
constexpr std::array colour_levels{256, 128, 64, 32, 16};

byte_view view(const std::string& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

class gif_encoder final : public quality_encoder {
public:
  explicit gif_encoder(const animation& original) : original_(original) {}

  caf::expected<std::string> encode(int colours) override {
    return encode_gif(original_, std::clamp(colours, 2, 256));
  }

  caf::expected<similarity> likeness(const std::string& bytes, int) override {
    auto shown = decode_gif(view(bytes));
    if (!shown)
      return std::move(shown.error());
    return likeness_of(original_, *shown);
  }

  int guess(double) const override {
    return 64;
  }

private:
  const animation& original_;
};

class avif_encoder final : public quality_encoder {
public:
  explicit avif_encoder(const decoded_picture& picture) : picture_(picture) {}

  caf::expected<std::string> encode(int quality) override {
    return encode_avif(picture_.pixels, quality, picture_.icc);
  }

  caf::expected<similarity> likeness(const std::string& bytes, int) override {
    picture_header header;
    header.format = image_format::avif;
    auto shown = decode_with_magick(view(bytes), header);
    if (!shown)
      return std::move(shown.error());
    if (!planes_)
      planes_.emplace(picture_.pixels);
    return likeness_of(*planes_, colour_planes(shown->pixels));
  }

  int guess(double) const override {
    return 45;
  }

private:
  const decoded_picture& picture_;
  std::optional<colour_planes> planes_;
};

/// A quality as a share of the colours that a GIF can have.
int colours_for(const compression& what) {
  if (what.goal.target != target_kind::quality)
    return 256;
  return std::clamp(static_cast<int>(what.goal.value * 256 / 100), 2, 256);
}

} // namespace

caf::expected<compressed_image> compress_to_gif(const compression& what) {
  auto original = decode_gif(what.source);
  if (!original)
    return std::move(original.error());
  for (auto& frame : original->frames)
    frame = resampled(frame, what.target);
  gif_encoder encoder(*original);
  std::array one_level{colours_for(what)};
  auto found = what.has_budget()
                 ? reach_goal_by_levels(what, encoder, colour_levels)
                 : reach_goal_by_levels(what, encoder, one_level);
  if (!found)
    return std::move(found.error());
  // Numbers of colours are no quality that anybody asked for.
  found->quality = what.goal.target == target_kind::quality
                     ? static_cast<int>(what.goal.value)
                     : 0;
  return settle(what, image_format::gif, std::move(*found));
}

caf::expected<compressed_image> compress_to_avif(const compression& what) {
  bool from_avif = what.header.format == image_format::avif;
  // Only the first frame of a sequence comes out of the decoder.
  if (from_avif && what.header.frames > 1)
    return keep(what);
  auto picture = decode_picture(what);
  if (!picture)
    return std::move(picture.error());
  picture->pixels = without_idle_alpha(std::move(picture->pixels));
  avif_encoder encoder(*picture);
  auto found = reach_goal(what, encoder, 100);
  if (found)
    return settle(what, image_format::avif, std::move(*found));
  if (from_avif)
    return keep(what);
  return std::move(found.error());
}

} // namespace pixmill::imaging
