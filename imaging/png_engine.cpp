#include <array>
#include <optional>
#include <utility>

#include "imaging/compression.hpp"
#include "imaging/exact_palette.hpp"
#include "imaging/palette_choice.hpp"
#include "imaging/palette_remap.hpp"
#include "imaging/pixel_similarity.hpp"
#include "imaging/png_codec.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

/// Levels are numbers of colours; 256 is the most that a palette holds.
constexpr std::array colour_levels{256, 255, 128, 64, 48, 32, 24, 16, 8};

/// Fewer are not dithered: its noise takes more bytes than the colours save.
constexpr int dithered_colours = 256;

/// Returns what `picture` shows.
colour_planes shown_by(const indexed_picture& picture) {
  colour_planes palette(
    pixel_buffer{static_cast<std::uint32_t>(picture.palette.size() / 4), 1, 4,
                 picture.palette});
  return {palette, picture.indexes, {picture.width, picture.height}};
}

class palette_encoder final : public quality_encoder {
public:
  /// @param by_quality Qualities are libimagequant's, else numbers of colours.
  palette_encoder(const decoded_picture& picture, bool by_quality)
      : icc_(picture.icc), rgba_(with_alpha(picture.pixels)),
        by_quality_(by_quality) {}

  caf::expected<std::string> encode(int level) override {
    if (counted_.empty())
      counted_ = count_colours(rgba_);
    const auto colours = by_quality_ ? 256 : level;
    auto palette = choose_palette(counted_, colours, by_quality_ ? level : 100);
    if (!palette)
      return std::move(palette.error());
    reduced_ = {rgba_.width, rgba_.height, std::move(*palette), {}};
    reduced_.indexes =
      remapped(rgba_, reduced_.palette, colours >= dithered_colours);
    level_ = level;
    return encode_png(reduced_, icc_);
  }

  caf::expected<similarity> likeness(const std::string& bytes,
                                     int level) override {
    if (!planes_)
      planes_.emplace(rgba_);
    // The last one is still at hand, and a PNG shows just that.
    if (level == level_)
      return likeness_of(*planes_, shown_by(reduced_));
    auto decoded = decode_png(view_of(bytes));
    if (!decoded)
      return std::move(decoded.error());
    return likeness_of(*planes_, colour_planes(decoded->pixels));
  }

  int guess(double) const override {
    return 75;
  }

private:
  const std::string& icc_;
  pixel_buffer rgba_;
  bool by_quality_;
  std::vector<counted_colour> counted_;
  indexed_picture reduced_; ///< Of `level_`.
  int level_ = 0;
  std::optional<colour_planes> planes_;
};

/// Without loss where that may be enough, else no bytes: few colours, one
/// channel, or a budget that is close to the source. Other pictures never
/// halve.
caf::expected<std::string> encode_losslessly(const compression& what,
                                             const decoded_picture& picture) {
  if (picture.pixels.channels != 1)
    if (auto exact = exact_palette(with_alpha(picture.pixels)))
      return encode_png(*exact, picture.icc);
  bool close = what.header.format == image_format::png
               && what.budget() * 10 >= what.kept_bytes() * 9;
  if (what.has_budget() && (close || picture.pixels.channels == 1))
    return encode_png(picture.pixels, picture.icc);
  return std::string{};
}

} // namespace

caf::expected<compressed_image> compress_to_png(const compression& what) {
  // An animation that cannot be written again stays what it is.
  if (what.header.frames > 1 && what.header.format == image_format::png)
    return keep(what);
  auto picture = decode_picture(what);
  if (!picture)
    return std::move(picture.error());
  auto lossless = encode_losslessly(what, *picture);
  if (!lossless)
    return std::move(lossless.error());
  if (!lossless->empty() && lossless->size() <= what.budget())
    return settle(what, image_format::png,
                  {std::move(*lossless), 100, identical, false});
  palette_encoder encoder(*picture, !what.has_budget());
  auto found = what.has_budget()
                 ? reach_goal_by_levels(what, encoder, colour_levels)
                 : reach_goal(what, encoder, 100);
  if (!found)
    return std::move(found.error());
  // Numbers of colours are no quality that anybody asked for.
  if (what.has_budget())
    found->quality = 0;
  return settle(what, image_format::png, std::move(*found));
}

} // namespace pixmill::imaging
