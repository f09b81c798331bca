#include "imaging/palette_remap.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "imaging/vectorize.hpp"

namespace pixmill::imaging {

namespace {

/// How much a channel's difference counts: red, green, blue, squared.
constexpr std::array weights{16, 64, 13};

/// Upper bits of a channel that a nearest colour is remembered by.
constexpr unsigned opaque_bits = 7;
constexpr unsigned translucent_bits = 5;

constexpr std::size_t most_colours = 256;

using colour = std::array<int, 4>;
using column = std::array<std::int32_t, most_colours>;

/// A palette, channel by channel, on black.
struct palette_columns {
  std::array<column, 3> channels{};
  column alphas{};
};

/// Returns the entry that differs least from `pixel` on black or white,
/// whichever is more; of several, the first.
PIXMILL_VECTORIZE
std::uint8_t search(const palette_columns& palette, const colour& pixel) {
  column distances{};
  for (std::size_t c = 0; c < 3; ++c) {
    const auto mine = pixel[c] * pixel[3] / 255;
    for (std::size_t i = 0; i < most_colours; ++i) {
      const auto black = mine - palette.channels[c][i];
      const auto white = black + palette.alphas[i] - pixel[3];
      distances[i] += weights[c] * std::max(black * black, white * white);
    }
  }
  // With the number below: the least of these is found without branches.
  static_assert((16 + 64 + 13) * 255 * 255 < (1 << 23));
  auto least = std::int32_t{0x7fff'ffff};
  for (std::size_t i = 0; i < most_colours; ++i)
    least = std::min(least, distances[i] << 8 | static_cast<std::int32_t>(i));
  return static_cast<std::uint8_t>(least & 0xff);
}

/// Finds nearest colours and remembers them.
class nearest_colours {
public:
  explicit nearest_colours(std::span<const std::uint8_t> palette)
      : known_(remembered) {
    for (std::size_t i = 0; i + 4 <= palette.size(); i += 4)
      entries_.push_back(
        {palette[i], palette[i + 1], palette[i + 2], palette[i + 3]});
    for (std::size_t i = 0; i < most_colours; ++i) {
      // Entries that do not exist repeat the first, which then wins.
      const auto& entry = entries_[i < entries_.size() ? i : 0];
      for (std::size_t c = 0; c < 3; ++c)
        columns_.channels[c][i] = entry[c] * entry[3] / 255;
      columns_.alphas[i] = entry[3];
    }
  }

  const colour& operator[](std::size_t number) const noexcept {
    return entries_[number];
  }

  std::uint8_t of(const colour& pixel) {
    const auto key = key_of(pixel);
    auto& slot = known_[(key * 2'654'435'769u) >> (32 - remembered_bits)];
    if (slot.key != key)
      slot = {key, search(columns_, pixel)};
    return slot.number;
  }

private:
  static constexpr unsigned remembered_bits = 16;
  static constexpr std::size_t remembered = std::size_t{1} << remembered_bits;

  struct memory {
    std::uint32_t key = 0xffff'ffff; ///< That of no colour.
    std::uint8_t number = 0;
  };

  template <unsigned Bits>
  static std::uint32_t upper_bits(const colour& pixel) {
    std::uint32_t key = 0;
    for (auto channel : pixel)
      key = key << Bits | static_cast<std::uint32_t>(channel) >> (8 - Bits);
    return key;
  }

  static std::uint32_t key_of(const colour& pixel) {
    return pixel[3] == 255 ? upper_bits<opaque_bits>(pixel)
                           : 1u << 31 | upper_bits<translucent_bits>(pixel);
  }

  std::vector<colour> entries_;
  palette_columns columns_;
  std::vector<memory> known_;
};

colour colour_at(const std::uint8_t* pixel) {
  return {pixel[0], pixel[1], pixel[2], pixel[3]};
}

void remap_plainly(const pixel_buffer& rgba, nearest_colours& nearest,
                   std::vector<std::uint8_t>& numbers) {
  const auto* pixel = rgba.samples.data();
  std::uint32_t last = 0;
  std::uint8_t number = nearest.of(colour_at(pixel));
  std::memcpy(&last, pixel, sizeof(last));
  for (auto& out : numbers) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, pixel, sizeof(bits));
    if (bits != last) {
      number = nearest.of(colour_at(pixel));
      last = bits;
    }
    out = number;
    pixel += 4;
  }
}

/// One row of errors, in sixteenths, with a pixel to spare at both ends.
using error_row = std::vector<std::array<std::int16_t, 3>>;

class ditherer {
public:
  ditherer(const pixel_buffer& rgba, nearest_colours& nearest)
      : rgba_(rgba), nearest_(nearest), here_(rgba.width + 2),
        below_(rgba.width + 2) {}

  void row(std::uint32_t y, std::uint8_t* numbers) {
    std::fill(below_.begin(), below_.end(), std::array<std::int16_t, 3>{});
    const bool backwards = y % 2 != 0;
    const auto step = backwards ? std::size_t(-1) : std::size_t{1};
    auto x = backwards ? std::size_t{rgba_.width} - 1 : 0;
    for (std::uint32_t i = 0; i < rgba_.width; ++i, x += step)
      numbers[x] = one(rgba_.row(y) + 4 * x, x + 1, step);
    std::swap(here_, below_);
  }

private:
  std::uint8_t one(const std::uint8_t* pixel, std::size_t at,
                   std::size_t step) {
    auto wanted = colour_at(pixel);
    // Nothing is seen there, so nothing is lost, and nothing made up for.
    if (wanted[3] == 0)
      return nearest_.of({0, 0, 0, 0});
    for (std::size_t c = 0; c < 3; ++c)
      wanted[c] = std::clamp(wanted[c] + here_[at][c] / 16, 0, 255);
    const auto number = nearest_.of(wanted);
    const auto& got = nearest_[number];
    for (std::size_t c = 0; c < 3; ++c) {
      // A little is dropped, or rounding would wander through flat areas.
      auto error = (wanted[c] - got[c]) * 15 / 16;
      // What no colour comes near would smear over half of the picture.
      error = std::clamp(error, -most_error, most_error);
      add(here_[at + step][c], error * 7);
      add(below_[at - step][c], error * 3);
      add(below_[at][c], error * 5);
      add(below_[at + step][c], error);
    }
    return number;
  }

  static void add(std::int16_t& sum, int error) {
    sum = static_cast<std::int16_t>(sum + error);
  }

  static constexpr int most_error = 160;

  const pixel_buffer& rgba_;
  nearest_colours& nearest_;
  error_row here_;
  error_row below_;
};

} // namespace

std::vector<std::uint8_t> remapped(const pixel_buffer& rgba,
                                   std::span<const std::uint8_t> palette,
                                   bool dithered) {
  std::vector<std::uint8_t> numbers(std::size_t{rgba.width} * rgba.height);
  if (numbers.empty())
    return numbers;
  nearest_colours nearest(palette);
  if (!dithered) {
    remap_plainly(rgba, nearest, numbers);
    return numbers;
  }
  ditherer rows(rgba, nearest);
  for (std::uint32_t y = 0; y < rgba.height; ++y)
    rows.row(y, numbers.data() + std::size_t{y} * rgba.width);
  return numbers;
}

} // namespace pixmill::imaging
