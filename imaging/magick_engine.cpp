#include <algorithm>
#include <array>
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

} // namespace pixmill::imaging
