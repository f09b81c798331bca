#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "imaging/colour_merging.hpp"
#include "imaging/gif_frames.hpp"
#include "imaging/gif_tolerance.hpp"
#include "imaging/palette_choice.hpp"
#include "imaging/palette_remap.hpp"

namespace pixmill::imaging {

namespace {

using colour_counts = std::map<gif_colour, std::uint64_t>;

/// Returns RGBA entries for what was counted.
caf::expected<std::vector<std::uint8_t>> palette_for(const colour_counts& seen,
                                                     unsigned colours) {
  std::vector<counted_colour> counted;
  constexpr std::uint64_t most = 1 << 30;
  for (const auto& [colour, count] : seen)
    counted.push_back({{colour[0], colour[1], colour[2], 255},
                       static_cast<unsigned>(std::min(count, most))});
  if (counted.size() > most_merged_colours)
    return choose_palette(counted, static_cast<int>(colours), 100);
  std::vector<std::uint8_t> palette;
  for (const auto& one : merge_colours(counted, colours))
    palette.insert(palette.end(), one.colour.begin(), one.colour.end());
  return palette;
}

std::vector<gif_colour> colours_of(const std::vector<std::uint8_t>& palette) {
  std::vector<gif_colour> out;
  for (std::size_t i = 0; i + 4 <= palette.size(); i += 4)
    out.push_back({palette[i], palette[i + 1], palette[i + 2]});
  out.resize(256);
  return out;
}

/// Counts what a frame draws, flat parts for more, as errors are seen there.
void count_colours(const gif_frame& frame, const pixel_buffer& shown,
                   colour_counts& seen) {
  const gif_tolerance tolerance(shown, 1);
  const auto& limits = tolerance.limits();
  std::vector<unsigned> weights;
  weights.reserve(limits.size());
  for (auto limit : limits)
    weights.push_back(
      static_cast<unsigned>(std::lround(4 * std::sqrt(limits.back() / limit))));
  std::array<std::uint64_t, 256> counts{};
  const auto* number = frame.numbers.data();
  for (auto y = frame.top; y < frame.top + frame.height; ++y)
    for (auto x = frame.left; x < frame.left + frame.width; ++x)
      counts[*number++] += weights[tolerance.at(x, y)];
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] != 0 && frame.transparent != i)
      seen[frame.palette[i]] += counts[i];
}

/// Gives `frame` other numbers for its colours.
void renumber(gif_frame& frame, const std::vector<std::uint8_t>& palette,
              const std::vector<gif_colour>& colours) {
  pixel_buffer own{256, 1, 4, {}};
  for (const auto& colour : frame.palette)
    own.samples.insert(own.samples.end(),
                       {colour[0], colour[1], colour[2], 255});
  auto numbers = remapped(own, palette, false);
  const auto nothing = static_cast<std::uint8_t>(palette.size() / 4);
  if (frame.transparent)
    numbers[*frame.transparent] = nothing;
  for (auto& number : frame.numbers)
    number = numbers[number];
  frame.palette = colours;
  frame.transparent = nothing;
}

/// Adds what one frame shows, by a share of its pixels.
void count_colours(const pixel_buffer& shown, colour_counts& seen) {
  const auto pixels = shown.samples.size() / 4;
  const auto step = std::max<std::size_t>(pixels / 16'384, 1);
  for (std::size_t i = 0; i < pixels; i += step) {
    const auto* pixel = shown.samples.data() + 4 * i;
    if (pixel[3] >= least_seen_alpha)
      // What differs by less than this is one colour to the quantizer, too.
      ++seen[{static_cast<std::uint8_t>(pixel[0] & 0xfc),
              static_cast<std::uint8_t>(pixel[1] & 0xfc),
              static_cast<std::uint8_t>(pixel[2] & 0xfc)}];
  }
}

gif_frame frame_of(pixel_buffer shown, const std::vector<std::uint8_t>& palette,
                   const std::vector<gif_colour>& colours) {
  gif_frame out;
  out.width = shown.width;
  out.height = shown.height;
  out.palette = colours;
  out.transparent = static_cast<std::uint8_t>(palette.size() / 4);
  std::vector<bool> nothing;
  for (std::size_t i = 3; i < shown.samples.size(); i += 4)
    nothing.push_back(std::exchange(shown.samples[i], std::uint8_t{255})
                      < least_seen_alpha);
  out.numbers = remapped(shown, palette, false);
  for (std::size_t i = 0; i < nothing.size(); ++i)
    if (nothing[i])
      out.numbers[i] = *out.transparent;
  return out;
}

} // namespace

caf::error reduce_colours(gif_picture& picture, const animation& wanted,
                          unsigned colours) {
  colour_counts seen;
  for (std::size_t i = 0; i < picture.frames.size(); ++i)
    count_colours(picture.frames[i], wanted.frames[i], seen);
  if (seen.size() < colours)
    return {};
  // One number is for what shows nothing.
  auto palette = palette_for(seen, std::min(colours, 255u));
  if (!palette)
    return std::move(palette.error());
  const auto found = colours_of(*palette);
  for (auto& frame : picture.frames)
    renumber(frame, *palette, found);
  return {};
}

caf::expected<gif_picture> gif_of(const animation& frames) {
  gif_picture out;
  colour_counts seen;
  for (const auto& frame : frames.frames)
    count_colours(frame, seen);
  if (seen.empty())
    seen[{}] = 1;
  auto palette = palette_for(seen, 255);
  if (!palette)
    return std::move(palette.error());
  const auto colours = colours_of(*palette);
  int start = 0;
  for (std::size_t i = 0; i < frames.frames.size(); ++i) {
    auto frame = frame_of(frames.frames[i], *palette, colours);
    frame.delay = static_cast<std::uint32_t>(frames.ends[i] / 10 - start / 10);
    start = frames.ends[i];
    // Each shows all there is, so nothing of the one before may stay.
    frame.disposal = gif_disposal::background;
    out.frames.push_back(std::move(frame));
  }
  if (!frames.frames.empty()) {
    out.width = frames.frames.front().width;
    out.height = frames.frames.front().height;
  }
  if (frames.loops == 0)
    out.loops = 0;
  else if (frames.loops > 1)
    out.loops = static_cast<std::uint32_t>(frames.loops - 1);
  return out;
}

} // namespace pixmill::imaging
