#include "imaging/format_decision.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace pixmill::imaging {

namespace {

/// Rows that are enough to judge a picture by.
constexpr std::uint32_t rows_looked_at = 512;

/// A step between neighbours that is soft: shading or noise, no edge.
constexpr int soft_step = 12;

/// Colours of 4 bits a channel that a photograph passes.
constexpr std::size_t few_colours = 64;

bool moves(const picture_header& header) {
  return header.animated
         || (header.frames > 1 && header.format != image_format::tiff);
}

/// How the pixels of some rows differ from their left neighbours.
struct step_counts {
  std::size_t none = 0;
  std::size_t soft = 0;
  std::size_t sharp = 0;
};

int step_between(const std::uint8_t* left, const std::uint8_t* right,
                 std::uint8_t channels) {
  int largest = 0;
  for (std::uint8_t c = 0; c < channels; ++c)
    largest = std::max(largest, std::abs(left[c] - right[c]));
  return largest;
}

std::size_t coarse_colour(const std::uint8_t* pixel, std::uint8_t channels) {
  std::size_t colour = 0;
  for (std::uint8_t c = 0; c < std::min<std::uint8_t>(channels, 3); ++c)
    colour = colour << 4 | pixel[c] >> 4;
  return colour;
}

caf::error decode_into(compression& what) {
  auto picture = decode_picture(what);
  if (!picture)
    return std::move(picture.error());
  what.decoded = std::make_unique<decoded_picture>(std::move(*picture));
  return {};
}

caf::expected<format_decision> decide_by_content(compression& what) {
  using enum format_reason;
  const auto& header = what.header;
  if (moves(header))
    return format_decision{image_format::webp, animation};
  if (header.format == image_format::jpeg || header.format == image_format::webp
      || header.format == image_format::avif)
    return format_decision{header.format, compact_source};
  if (auto reason = decode_into(what))
    return reason;
  const auto& pixels = what.decoded->pixels;
  if (has_transparency(pixels))
    return format_decision{image_format::webp, alpha};
  return is_flat_graphics(pixels)
           ? format_decision{image_format::png, flat_graphics}
           : format_decision{image_format::jpeg, photo};
}

caf::expected<format_decision> decide_to_keep(compression& what) {
  const auto& header = what.header;
  if (header.format != image_format::tiff && header.format != image_format::bmp)
    return format_decision{header.format};
  if (!header.alpha)
    return format_decision{image_format::jpeg};
  // Many 32-bit bitmaps state an alpha channel and leave it idle.
  if (auto reason = decode_into(what))
    return reason;
  return format_decision{has_transparency(what.decoded->pixels)
                           ? image_format::png
                           : image_format::jpeg};
}

} // namespace

bool is_flat_graphics(const pixel_buffer& pixels) {
  step_counts steps;
  std::vector<bool> seen(1 << 12);
  std::size_t colours = 0;
  auto stride = std::max(pixels.height / rows_looked_at, 1u);
  for (std::uint32_t y = 0; y < pixels.height; y += stride) {
    const auto* pixel = pixels.row(y);
    for (std::uint32_t x = 0; x < pixels.width; ++x, pixel += pixels.channels) {
      auto colour = coarse_colour(pixel, pixels.channels);
      if (!seen[colour]) {
        seen[colour] = true;
        ++colours;
      }
      if (x == 0)
        continue;
      auto step = step_between(pixel - pixels.channels, pixel, pixels.channels);
      ++(step == 0 ? steps.none : step <= soft_step ? steps.soft : steps.sharp);
    }
  }
  auto changes = steps.soft + steps.sharp;
  // A cut-out on white stands still mostly, too; but where it changes, it does
  // so softly.
  return steps.none >= changes
         && (steps.sharp >= steps.soft || colours <= few_colours);
}

caf::expected<format_decision> decide_format(compression& what) {
  switch (what.goal.format) {
  case format_choice::jpeg:
    return format_decision{image_format::jpeg};
  case format_choice::png:
    return format_decision{image_format::png};
  case format_choice::webp:
    return format_decision{image_format::webp};
  case format_choice::avif:
    return format_decision{image_format::avif};
  case format_choice::automatic:
    return decide_by_content(what);
  case format_choice::keep:
    break;
  }
  return decide_to_keep(what);
}

} // namespace pixmill::imaging
