#include <algorithm>
#include <cmath>
#include <utility>

#include "imaging/compression.hpp"
#include "imaging/gif_writer.hpp"

namespace pixmill::imaging {

namespace {

/// Colours are given up from here on, by as much as the loss grows.
constexpr unsigned first_reducing_loss = 20;
constexpr unsigned least_colours = 24;

/// Returns what `quality` gives up: nothing at 100.
unsigned loss_of(int quality) {
  return static_cast<unsigned>(quantizer_scale(quality)) - 1;
}

/// Returns how many colours are left. Fewer have longer codes that are right
/// than many have codes that are wrong.
unsigned colours_of(unsigned loss) {
  return std::clamp(256 * first_reducing_loss / std::max(loss, 1u),
                    least_colours, 256u);
}

class gif_encoder final : public quality_encoder {
public:
  gif_encoder(const gif_picture& picture, const animation& original)
      : picture_(picture), original_(original) {}

  caf::expected<std::string> encode(int quality) override {
    const auto loss = loss_of(quality);
    const auto colours = colours_of(loss);
    if (colours == 256)
      return encode_gif(picture_, original_, loss, starts_);
    auto reduced = picture_;
    if (auto reason = reduce_colours(reduced, original_, colours))
      return reason;
    return encode_gif(reduced, original_, loss, starts_);
  }

  caf::expected<similarity> likeness(const std::string& bytes, int) override {
    auto shown = decode_gif_frames(view_of(bytes));
    if (!shown)
      return std::move(shown.error());
    return likeness_of(original_, shown_frames(*shown));
  }

  int guess(double share) const override {
    // Nothing at all need be given up for a little.
    constexpr double lossless_share = 0.9;
    return share >= lossless_share ? 100
                                   : static_cast<int>(std::lround(100 * share));
  }

private:
  const gif_picture& picture_;
  const animation& original_;
  std::vector<gif_start> starts_;
};

} // namespace

caf::expected<compressed_image> compress_to_gif(const compression& what) {
  auto picture = decode_gif_frames(what.source);
  if (!picture)
    return std::move(picture.error());
  auto original = shown_frames(*picture);
  if (what.target != what.upright_size()) {
    for (auto& frame : original.frames)
      frame = resampled(frame, what.target);
    picture = gif_of(original);
    if (!picture)
      return std::move(picture.error());
  }
  gif_encoder encoder(*picture, original);
  auto found = reach_goal(what, encoder, 100);
  if (!found)
    return std::move(found.error());
  // What fits some bytes is no quality that anybody asked for.
  found->quality = what.goal.target == target_kind::quality
                     ? static_cast<int>(what.goal.value)
                     : 0;
  return settle(what, image_format::gif, std::move(*found));
}

} // namespace pixmill::imaging
