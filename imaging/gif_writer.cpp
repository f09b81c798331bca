#include "imaging/gif_writer.hpp"

#include <algorithm>
#include <utility>

#include "imaging/gif_part.hpp"

namespace pixmill::imaging {

namespace {

void append_le16(std::string& out, std::uint32_t value) {
  out.push_back(static_cast<char>(value & 0xff));
  out.push_back(static_cast<char>(value >> 8 & 0xff));
}

/// Returns how many bits numbers below `count` take.
unsigned bits_for(std::size_t count) {
  unsigned bits = 1;
  while (std::size_t{1} << bits < count)
    ++bits;
  return bits;
}

void append_palette(const gif_palette& palette, std::string& out) {
  const auto& colours = palette.colours;
  const auto entries = std::size_t{1} << bits_for(colours.size());
  for (std::size_t i = 0; i < entries; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      out.push_back(i < colours.size() ? static_cast<char>(colours[i][c])
                                       : '\0');
}

void append_head(const gif_picture& picture,
                 const std::optional<gif_palette>& shared, std::string& out) {
  out += "GIF89a";
  append_le16(out, picture.width);
  append_le16(out, picture.height);
  const auto bits = shared ? bits_for(shared->colours.size()) : 0;
  out.push_back(
    static_cast<char>(shared ? 0x80 | (bits - 1) << 4 | (bits - 1) : 0x70));
  out += std::string("\0\0", 2);
  if (shared)
    append_palette(*shared, out);
  if (picture.loops) {
    out += std::string("\x21\xff\x0bNETSCAPE2.0\x03\x01", 16);
    append_le16(out, *picture.loops);
    out.push_back('\0');
  }
}

/// Writes what stands before the codes.
void append_frame_head(const gif_part& part, gif_disposal disposal,
                       std::uint32_t delay, bool own_palette,
                       std::string& out) {
  const auto& palette = part.area.palette;
  out += "\x21\xf9\x04";
  out.push_back(static_cast<char>(static_cast<unsigned>(disposal) << 2
                                  | (palette.transparent ? 1u : 0u)));
  append_le16(out, delay);
  out.push_back(static_cast<char>(palette.transparent.value_or(0)));
  out += std::string("\0\x2c", 2);
  append_le16(out, part.left);
  append_le16(out, part.top);
  append_le16(out, part.width);
  append_le16(out, part.height);
  const auto bits = bits_for(palette.colours.size());
  out.push_back(own_palette ? static_cast<char>(0x80 | (bits - 1)) : '\0');
  if (own_palette)
    append_palette(palette, out);
}

/// Codes an area in the way that gives up least for its bytes, and notes it.
gif_codes best_codes(const gif_area& area, unsigned bits, gif_start& start) {
  auto best = code_pixels(area, bits, gif_start::nothing);
  start = gif_start::nothing;
  if (!area.palette.transparent
      || std::none_of(area.held.begin(), area.held.end(),
                      [](auto held) { return held <= gif_area::most_held; }))
    return best;
  // An error at its limit is worth as much as a pixel's codes.
  const auto byte_worth = static_cast<float>(area.numbers.size())
                          / static_cast<float>(best.bytes.size());
  const auto cost = [&](const gif_codes& x) {
    return static_cast<float>(x.bytes.size()) * byte_worth + x.lost;
  };
  for (auto other : {gif_start::longest, gif_start::in_runs}) {
    auto codes = code_pixels(area, bits, other);
    if (cost(codes) < cost(best)) {
      best = std::move(codes);
      start = other;
    }
  }
  return best;
}

/// Returns whether all that is seen of a frame's rectangle is seen in the next
/// frame, too, so that it need not be cleared in between.
bool covers(const pixel_buffer& next, const gif_frame& frame,
            const pixel_buffer& shown) {
  for (std::uint32_t y = frame.top; y < frame.top + frame.height; ++y) {
    const auto start = std::size_t{frame.left} * 4 + 3;
    const auto* alpha = shown.row(y) + start;
    const auto* later = next.row(y) + start;
    for (std::size_t x = 0; x < std::size_t{frame.width} * 4; x += 4)
      if (alpha[x] >= least_seen_alpha && later[x] < least_seen_alpha)
        return false;
  }
  return true;
}

/// Returns what becomes of a frame: what need not be cleared stays, as the next
/// frame may have some of it.
gif_disposal disposal_of(const gif_picture& picture, const animation& wanted,
                         std::size_t i) {
  const auto& frame = picture.frames[i];
  const bool stays = frame.disposal == gif_disposal::background
                     && i + 1 < picture.frames.size()
                     && covers(wanted.frames[i + 1], frame, wanted.frames[i]);
  return stays ? gif_disposal::keep : frame.disposal;
}

} // namespace

std::string encode_gif(const gif_picture& picture, const animation& wanted,
                       unsigned loss, std::vector<gif_start>& starts) {
  const auto& frames = picture.frames;
  const auto shared = shared_palette(picture);
  const bool fresh = starts.size() != frames.size();
  starts.resize(frames.size());
  std::string out;
  append_head(picture, shared, out);
  // A picture that stands still is not drawn over.
  const bool moves = frames.size() > 1;
  gif_canvas seen(moves ? picture.width : 0, moves ? picture.height : 0);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto disposal = disposal_of(picture, wanted, i);
    const auto part = part_to_draw(
      {frames[i], disposal, wanted.frames[i], i == 0 ? nullptr : &seen, loss},
      shared);
    const auto largest =
      *std::max_element(part.area.numbers.begin(), part.area.numbers.end());
    const auto bits = bits_for(std::size_t{largest} + 1);
    auto codes = fresh ? best_codes(part.area, bits, starts[i])
                       : code_pixels(part.area, bits, starts[i]);
    append_frame_head(part, disposal, frames[i].delay, !shared, out);
    out += codes.bytes;
    if (i + 1 == frames.size())
      break;
    const gif_frame drawn{part.left,
                          part.top,
                          part.width,
                          part.height,
                          frames[i].delay,
                          disposal,
                          part.area.palette.colours,
                          part.area.palette.transparent,
                          std::move(codes.numbers)};
    seen.draw(drawn);
    seen.dispose(drawn);
  }
  out.push_back('\x3b');
  return out;
}

std::string encode_gif_frames(const gif_picture& picture, unsigned loss) {
  std::vector<gif_start> starts;
  return encode_gif(picture, shown_frames(picture), loss, starts);
}

} // namespace pixmill::imaging
