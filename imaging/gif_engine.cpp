#include <algorithm>
#include <array>
#include <utility>

#include "imaging/compression.hpp"
#include "imaging/gif_frames.hpp"

namespace pixmill::imaging {

namespace {

/// What an encoding gives up. The codes go first: fewer colours are seen.
struct gif_level {
  unsigned loss;
  unsigned colours;
};

/// Best first; a quality is the place in this list from its end.
constexpr std::array<gif_level, 12> levels{{{0, 256},
                                            {10, 256},
                                            {20, 256},
                                            {40, 256},
                                            {60, 256},
                                            {80, 256},
                                            {100, 192},
                                            {120, 128},
                                            {140, 96},
                                            {170, 64},
                                            {200, 48},
                                            {200, 24}}};

constexpr int best_quality = static_cast<int>(levels.size());

constexpr auto qualities = [] {
  std::array<int, levels.size()> out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = best_quality - static_cast<int>(i);
  return out;
}();

class gif_encoder final : public quality_encoder {
public:
  gif_encoder(const gif_picture& picture, const animation& original)
      : picture_(picture), original_(original) {}

  caf::expected<std::string> encode(int quality) override {
    auto level = levels[static_cast<std::size_t>(
      std::clamp(best_quality - quality, 0, best_quality - 1))];
    auto reduced = picture_;
    if (level.colours < 256)
      if (auto reason = reduce_colours(reduced, level.colours))
        return reason;
    find_repetitions(reduced);
    return encode_gif_frames(reduced, level.loss);
  }

  caf::expected<similarity> likeness(const std::string& bytes, int) override {
    auto shown = decode_gif_frames(view_of(bytes));
    if (!shown)
      return std::move(shown.error());
    return likeness_of(original_, shown_frames(*shown));
  }

  int guess(double) const override {
    return best_quality / 2;
  }

private:
  const gif_picture& picture_;
  const animation& original_;
};

/// Returns the level that a quality of 1 to 100 asks for.
int level_for(const compression& what) {
  if (what.goal.target != target_kind::quality)
    return best_quality;
  return std::clamp(
    static_cast<int>((what.goal.value * best_quality + 50) / 100), 1,
    best_quality);
}

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
  std::array one_level{level_for(what)};
  auto found = what.has_budget()
                 ? reach_goal_by_levels(what, encoder, qualities)
                 : reach_goal_by_levels(what, encoder, one_level);
  if (!found)
    return std::move(found.error());
  // Levels are no quality that anybody asked for.
  found->quality = what.goal.target == target_kind::quality
                     ? static_cast<int>(what.goal.value)
                     : 0;
  return settle(what, image_format::gif, std::move(*found));
}

} // namespace pixmill::imaging
