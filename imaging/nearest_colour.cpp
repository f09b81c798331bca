#include "imaging/nearest_colour.hpp"

#include <algorithm>

#include "imaging/vectorize.hpp"

namespace pixmill::imaging {

namespace {

/// How much a channel's difference counts: red, green, blue, squared.
constexpr std::array weights{16, 64, 13};
// A distance leaves eight bits for the entry's number, so that the least of
// both is found without branches.
static_assert((16 + 64 + 13) * 255 * 255 < (1 << 23));

constexpr std::size_t lanes = 8;

/// Has bits that no key has.
constexpr std::uint32_t no_colour = 0xffff'ffff;

constexpr unsigned translucent_memory_bits = 13;

std::int32_t channel(packed_colour colour, std::size_t i) {
  return static_cast<std::int32_t>(colour >> (8 * i) & 0xff);
}

std::size_t in_lanes(std::size_t count) {
  return (count + lanes - 1) / lanes * lanes;
}

} // namespace

nearest_colours::nearest_colours(std::span<const std::uint8_t> palette)
    : opaque_(std::size_t{1} << 16, no_colour) {
  const auto count = std::min(palette.size() / 4, most_colours);
  const auto put = [&](std::size_t place, std::size_t number) {
    const auto* entry = palette.data() + 4 * number;
    columns_.alphas[place] = entry[3];
    columns_.numbers[place] = static_cast<std::int32_t>(number);
    columns_.squares[place] = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      columns_.on_black[c][place] = entry[c] * entry[3] / 255;
      columns_.products[c][place] = 2 * weights[c] * entry[c];
      columns_.squares[place] += weights[c] * entry[c] * entry[c];
    }
  };
  // Up to seven of a kind are lost to gaps, of 256 of both kinds; so the
  // opaque ones give way and all are compared the long way.
  std::vector<std::size_t> kinds[2];
  for (std::size_t i = 0; i < count; ++i)
    kinds[palette[4 * i + 3] == 255 ? 1 : 0].push_back(i);
  if (in_lanes(kinds[0].size()) + in_lanes(kinds[1].size()) > most_colours) {
    kinds[0].insert(kinds[0].end(), kinds[1].begin(), kinds[1].end());
    kinds[1].clear();
  }
  std::size_t place = 0;
  for (const auto& kind : kinds) {
    for (std::size_t i = 0; i < in_lanes(kind.size()); ++i)
      put(place++, kind[i < kind.size() ? i : 0]);
    if (&kind == &kinds[0])
      columns_.translucent = place;
  }
  columns_.all = place;
  clear_ = search(0);
}

/// Of the first `count`.
PIXMILL_VECTORIZE
std::int32_t nearest_colours::least(const columns& palette, packed_colour pixel,
                                    std::size_t count) {
  const auto alpha = channel(pixel, 3);
  column distances{};
  for (std::size_t c = 0; c < 3; ++c) {
    const auto mine = channel(pixel, c) * alpha / 255;
    for (std::size_t i = 0; i < count; ++i) {
      const auto black = mine - palette.on_black[c][i];
      const auto white = black + palette.alphas[i] - alpha;
      distances[i] += weights[c] * std::max(black * black, white * white);
    }
  }
  auto found = std::int32_t{0x7fff'ffff};
  for (std::size_t i = 0; i < count; ++i)
    found = std::min(found, distances[i] << 8 | palette.numbers[i]);
  return found;
}

/// Of the opaque entries, for an opaque pixel.
PIXMILL_VECTORIZE
std::int32_t nearest_colours::least_opaque(const columns& palette,
                                           packed_colour pixel) {
  const auto red = channel(pixel, 0);
  const auto green = channel(pixel, 1);
  const auto blue = channel(pixel, 2);
  const auto own = weights[0] * red * red + weights[1] * green * green
                   + weights[2] * blue * blue;
  auto found = std::int32_t{0x7fff'ffff};
  for (auto i = palette.translucent; i < palette.all; ++i) {
    const auto distance =
      own + palette.squares[i] - palette.products[0][i] * red
      - palette.products[1][i] * green - palette.products[2][i] * blue;
    found = std::min(found, distance << 8 | palette.numbers[i]);
  }
  return found;
}

std::uint8_t nearest_colours::search(packed_colour pixel) const {
  const auto found = pixel >> 24 != 255
                       ? least(columns_, pixel, columns_.all)
                       : std::min(least(columns_, pixel, columns_.translucent),
                                  least_opaque(columns_, pixel));
  return static_cast<std::uint8_t>(found & 0xff);
}

std::uint8_t nearest_colours::of_translucent(packed_colour pixel) {
  if (pixel >> 24 == 0)
    return clear_;
  if (translucent_.empty())
    translucent_.resize(std::size_t{1} << translucent_memory_bits);
  // Never zero, which is the key of an empty slot: there is some alpha.
  const auto key = (pixel & 0xf8f8'f8f8) | 1;
  auto& slot =
    translucent_[(key * hash_factor) >> (32 - translucent_memory_bits)];
  if (slot.key != key)
    slot = {key, search(pixel)};
  return slot.number;
}

std::uint32_t nearest_colours::of_unknown(packed_colour pixel) {
  const auto key = pixel & 0xfe'fefe;
  return opaque_[(key * hash_factor) >> 16] = key << 8 | search(pixel);
}

} // namespace pixmill::imaging
