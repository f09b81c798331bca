#include "imaging/palette_remap.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "imaging/nearest_colour.hpp"

namespace pixmill::imaging {

namespace {

void remap_plainly(const pixel_buffer& rgba, nearest_colours& nearest,
                   std::vector<std::uint8_t>& numbers) {
  const auto* pixel = rgba.samples.data();
  auto last = colour_at(pixel);
  auto number = nearest.of(last);
  for (auto& out : numbers) {
    const auto colour = colour_at(pixel);
    if (colour != last) {
      number = nearest.of(colour);
      last = colour;
    }
    out = number;
    pixel += 4;
  }
}

/// Two pixels, one of each band, channel by channel.
using pixel_pair = std::int16_t __attribute__((vector_size(16)));
using byte_pair = std::uint8_t __attribute__((vector_size(8)));

pixel_pair widened(packed_colour upper, packed_colour lower) {
  const auto both = std::uint64_t{lower} << 32 | upper;
  return __builtin_convertvector(std::bit_cast<byte_pair>(both), pixel_pair);
}

std::uint64_t narrowed(pixel_pair values) {
  return std::bit_cast<std::uint64_t>(
    __builtin_convertvector(values, byte_pair));
}

pixel_pair clamped(pixel_pair values, std::int16_t least, std::int16_t most) {
  const auto lower = pixel_pair{} + least;
  const auto upper = pixel_pair{} + most;
  values = values < lower ? lower : values;
  return values > upper ? upper : values;
}

/// Spreads what is lost over the neighbours.
///
/// Each pixel waits for the one before it, so two bands of the picture are
/// walked through at once. The lower one begins some rows early, on what the
/// upper one ends with, until its errors are those of a picture under way.
class ditherer {
public:
  ditherer(const pixel_buffer& rgba, std::span<const std::uint8_t> palette)
      : rgba_(rgba), nearest_(palette), errors_(rgba.width + 2),
        unused_(rgba.width) {
    for (std::size_t i = 0; i + 4 <= palette.size(); i += 4)
      entries_[i / 4] = widened(colour_at(palette.data() + i), 0);
  }

  void run(std::uint8_t* numbers) {
    constexpr std::uint32_t shared_rows = 8;
    const auto height = rgba_.height;
    const auto shared =
      height < 2 * shared_rows ? height : shared_rows + height % 2;
    const auto rows = (height + shared) / 2;
    const auto below = height - rows;
    for (std::uint32_t y = 0; y < rows; ++y)
      row(y, y + below, numbers + std::size_t{y} * rgba_.width,
          y < shared ? unused_.data()
                     : numbers + std::size_t{y + below} * rgba_.width);
  }

private:
  void row(std::uint32_t upper_row, std::uint32_t lower_row,
           std::uint8_t* upper_numbers, std::uint8_t* lower_numbers) {
    const auto* upper = rgba_.row(upper_row);
    const auto* lower = rgba_.row(lower_row);
    const bool backwards = upper_row % 2 != 0;
    const auto step = backwards ? std::size_t(-1) : std::size_t{1};
    auto x = backwards ? std::size_t{rgba_.width} - 1 : 0;
    pixel_pair last{};
    pixel_pair before_last{};
    for (std::uint32_t i = 0; i < rgba_.width; ++i, x += step) {
      const auto pixels =
        widened(colour_at(upper + 4 * x), colour_at(lower + 4 * x));
      const auto owed = errors_[x + 1] + 7 * last;
      const auto wanted =
        clamped(pixels + ((owed + (owed >> 15 & 15)) >> 4), 0, 255);
      const auto colours = narrowed(wanted);
      const auto first = nearest_.of(static_cast<packed_colour>(colours));
      const auto second =
        nearest_.of(static_cast<packed_colour>(colours >> 32));
      upper_numbers[x] = first;
      lower_numbers[x] = second;
      const auto error =
        lost(pixels, wanted - joined(entries_[first], entries_[second]));
      // The pixel below the last has all it gets now.
      errors_[x + 1 - step] = 3 * error + 5 * last + before_last;
      before_last = last;
      last = error;
    }
    errors_[x + 1 - step] = 5 * last + before_last;
  }

  static pixel_pair joined(pixel_pair upper, pixel_pair lower) {
    return __builtin_shufflevector(upper, lower, 0, 1, 2, 3, 8, 9, 10, 11);
  }

  /// What the neighbours have to make up for.
  static pixel_pair lost(pixel_pair pixels, pixel_pair error) {
    // A little is dropped, or rounding would wander through flat areas.
    error -= (error + (~(error >> 15) & 7)) >> 3;
    // What no colour comes near would smear over half of the picture.
    constexpr std::int16_t most_error = 160;
    error = clamped(error, -most_error, most_error);
    // Nothing is lost where nothing is seen, and alpha is not made up for.
    constexpr pixel_pair colours{-1, -1, -1, 0, -1, -1, -1, 0};
    const auto alphas =
      __builtin_shufflevector(pixels, pixels, 3, 3, 3, 3, 7, 7, 7, 7);
    return error & colours & (alphas != 0);
  }

  const pixel_buffer& rgba_;
  nearest_colours nearest_;
  std::array<pixel_pair, nearest_colours::most_colours> entries_{};
  std::vector<pixel_pair> errors_; ///< In sixteenths, one to spare at each end.
  std::vector<std::uint8_t> unused_;
};

} // namespace

std::vector<std::uint8_t> remapped(const pixel_buffer& rgba,
                                   std::span<const std::uint8_t> palette,
                                   bool dithered) {
  std::vector<std::uint8_t> numbers(std::size_t{rgba.width} * rgba.height);
  if (numbers.empty())
    return numbers;
  if (dithered) {
    ditherer(rgba, palette).run(numbers.data());
  } else {
    nearest_colours nearest(palette);
    remap_plainly(rgba, nearest, numbers);
  }
  return numbers;
}

} // namespace pixmill::imaging
