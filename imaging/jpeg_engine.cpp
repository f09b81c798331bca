#include <algorithm>
#include <cmath>
#include <utility>

#include "imaging/compression.hpp"
#include "imaging/exif.hpp"
#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_pixels.hpp"
#include "imaging/jpeg_rate_control.hpp"
#include "imaging/jpeg_requantize.hpp"
#include "imaging/jpeg_similarity.hpp"
#include "imaging/jpeg_tables.hpp"
#include "imaging/jpeg_turn.hpp"
#include "imaging/pixel_similarity.hpp"
#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

/// More is wasted on pixels that were not a JPEG before.
constexpr int highest_quality = 95;

/// From so many coefficients on, 8 MB of them, the result's symbols take the
/// place of the source's coefficients.
constexpr std::size_t many_tokens = 2 << 20;

/// Sizes fall with about this power of the tables' scale.
constexpr double size_exponent = -0.75;

/// Writes coefficients at any quality and compares them.
class coefficient_encoder final : public quality_encoder {
public:
  coefficient_encoder(jpeg_tokens source, const std::string& icc)
      : source_(std::move(source)), icc_(icc) {}

  int source_quality() const {
    return quality_of(source_.components[0].table);
  }

  caf::expected<std::string> encode(int quality) override {
    return emit_jpeg(at(quality), icc_);
  }

  caf::expected<similarity> likeness(const std::string&, int quality) override {
    return likeness_of(source_, at(quality));
  }

  int guess(double) const override {
    return source_quality();
  }

private:
  jpeg_tokens at(int quality) const {
    auto output = source_;
    requantize(output, [quality](const jpeg_component& component) {
      return coarser(component.table, quality_table(quality, component.chroma));
    });
    return output;
  }

  jpeg_tokens source_;
  const std::string& icc_;
};

class pixel_encoder final : public quality_encoder {
public:
  pixel_encoder(decoded_picture picture, std::size_t budget)
      : pixels_(picture.pixels.channels == 1
                  ? std::move(picture.pixels)
                  : flattened(std::move(picture.pixels))),
        icc_(std::move(picture.icc)), budget_(budget) {}

  caf::expected<std::string> encode(int quality) override {
    return encode_jpeg(pixels_, {.quality = quality}, icc_);
  }

  caf::expected<similarity> likeness(const std::string& bytes, int) override {
    auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    auto shown =
      decode_jpeg({data, bytes.size()}, {pixels_.width, pixels_.height});
    if (!shown)
      return std::move(shown.error());
    return likeness_of(colour_planes(pixels_), colour_planes(*shown));
  }

  int guess(double) const override {
    // Photographs take about 0.4 bits per pixel at quality 50, scale 100.
    auto pixels = static_cast<double>(pixels_.width) * pixels_.height;
    auto bits = std::max(static_cast<double>(budget_) * 8 / pixels, 1e-3);
    return quality_for_scale(100 * std::pow(bits / 0.4, 1 / size_exponent));
  }

private:
  pixel_buffer pixels_;
  std::string icc_;
  std::size_t budget_;
};

/// The quality that is asked for, where none is found by bytes.
int wanted_quality(const compression& what) {
  return what.goal.target == target_kind::quality
           ? std::max(static_cast<int>(what.goal.value), 1)
           : scaled_quality;
}

/// EXIF readers want it behind JFIF and before all else.
void put_orientation(jpeg_tokens& picture, std::uint8_t orientation) {
  auto& segments = picture.colour_segments;
  auto jfif = has_at(view_of(segments), 0, "\xff\xe0")
                ? 2 + std::size_t{be16(view_of(segments), 2)}
                : 0;
  segments.insert(jfif, exif_segment(orientation));
}

/// Reads the coefficients of the picture, upright if that takes no loss: blocks
/// that are cut by an edge cannot move to the opposite one. Such a picture
/// stays as it is stored and says so, as its source did.
/// @param choose,likeness See `read_tokens`.
caf::expected<jpeg_tokens> upright_tokens(const compression& what,
                                          const table_chooser& choose = {},
                                          similarity* likeness = nullptr) {
  auto stored = read_tokens(what.source, choose, likeness);
  const auto orientation = what.header.orientation;
  if (!stored || orientation == 1)
    return stored;
  if (can_turn(*stored, orientation))
    return turned(*stored, orientation);
  put_orientation(*stored, orientation);
  return stored;
}

bool is_on_side(const jpeg_tokens& picture, const compression& what) {
  return picture.width != what.target.width;
}

/// @param tokens Of no more use afterwards.
caf::expected<budgeted_jpeg> best_of(const compression& what,
                                     jpeg_tokens& tokens) {
  if (what.goal.floor_ssim_ppm == 0 && tokens.tokens.size() >= many_tokens) {
    if (auto made =
          best_over_source(tokens, what.header.icc, what.effort, what.budget()))
      return std::move(*made);
    auto again = upright_tokens(what);
    if (!again)
      return std::move(again.error());
    tokens = std::move(*again);
  }
  return best_within(tokens, what.header.icc, what.effort, what.budget(),
                     what.goal.floor_ssim_ppm, what.kept_bytes());
}

/// The best within a number of bytes, without going through pixels.
caf::expected<rate_result> fit_coefficients(const compression& what) {
  auto tokens = upright_tokens(what);
  if (!tokens)
    return std::move(tokens.error());
  auto made = best_of(what, *tokens);
  if (!made)
    return std::move(made.error());
  rate_result found;
  found.bytes = std::move(made->bytes);
  found.quality = made->quality;
  found.likeness = made->likeness;
  found.missed = made->missed;
  found.on_side = is_on_side(*tokens, what);
  return found;
}

/// Coarser tables, without going through pixels, and measured on the way.
caf::expected<rate_result> keep_floor(const compression& what) {
  auto tokens = upright_tokens(what);
  if (!tokens)
    return std::move(tokens.error());
  auto on_side = is_on_side(*tokens, what);
  coefficient_encoder encoder(std::move(*tokens), what.header.icc);
  auto found = reach_goal(what, encoder, encoder.source_quality());
  if (found)
    found->on_side = on_side;
  return found;
}

/// Coarser tables, without going through pixels. The likeness is that of some
/// MCUs: of all it would take a third as long again.
caf::expected<rate_result> change_tables(const compression& what) {
  auto wanted = wanted_quality(what);
  auto highest = 0;
  rate_result found;
  auto choose = [&](const jpeg_component& component) {
    if (!component.chroma)
      highest = std::max(highest, quality_of(component.table));
    return coarser(component.table, quality_table(wanted, component.chroma));
  };
  auto tokens = upright_tokens(what, choose, &found.likeness);
  if (!tokens)
    return std::move(tokens.error());
  found.bytes = emit_jpeg(*tokens, what.header.icc);
  found.quality = std::min(wanted, std::max(highest, 1));
  found.on_side = is_on_side(*tokens, what);
  return found;
}

caf::expected<rate_result> through_pixels(const compression& what) {
  auto picture = decode_picture(what);
  if (!picture)
    return std::move(picture.error());
  auto highest = highest_quality;
  if (what.header.format == image_format::jpeg)
    highest = std::min(highest, jpeg_source_quality(what.source));
  pixel_encoder encoder(std::move(*picture), what.budget());
  return reach_goal(what, encoder, highest);
}

} // namespace

caf::expected<compressed_image> compress_to_jpeg(const compression& what) {
  bool same_size = what.header.format == image_format::jpeg
                   && what.target == what.upright_size();
  auto found = !same_size                      ? through_pixels(what)
               : what.has_budget()             ? fit_coefficients(what)
               : what.goal.floor_ssim_ppm != 0 ? keep_floor(what)
                                               : change_tables(what);
  // What a baseline file cannot hold as it is.
  if (!found && same_size
      && code_of(found.error(), errc::none) == errc::unsupported_format)
    found = through_pixels(what);
  if (!found)
    return std::move(found.error());
  return settle(what, image_format::jpeg, std::move(*found));
}

} // namespace pixmill::imaging
