#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "imaging/gif_frames.hpp"
#include "imaging/nearest_colour.hpp"

/// The compressed pixels of a GIF frame.
/// @see Welch: A Technique for High-Performance Data Compression, IEEE Computer
///      17/6 (1984)
namespace pixmill::imaging {

struct gif_palette {
  std::vector<gif_colour> colours;
  std::optional<std::uint8_t> transparent; ///< The number that shows nothing.
};

/// A frame's pixels, and how far each may be from what it should be.
struct gif_area {
  gif_palette palette;
  std::vector<std::uint8_t> numbers;   ///< What stands best for each pixel.
  std::vector<packed_colour> wanted;   ///< Alpha 0: nothing may be seen there.
  std::vector<std::uint8_t> tolerance; ///< Which of `limits` a pixel keeps.
  std::vector<float> limits;           ///< Greatest errors, see `gif_error`.
  /// What is wrong if nothing is drawn, in shares of the limit; more than
  /// `most_held`: it has to be drawn.
  std::vector<std::uint8_t> held;

  static constexpr std::uint8_t most_held = 64;
  static constexpr std::uint8_t never_held = 255;
};

/// How codes start where nothing needs to be drawn.
enum class gif_start : std::uint8_t {
  nothing, ///< Nothing is drawn, so that equal rows have equal codes.
  longest, ///< Something is drawn where that makes the code longer.
  in_runs, ///< Nothing is drawn in long runs alone, as others break up codes.
};

/// Codes, and what they stand for.
struct gif_codes {
  std::string bytes; ///< With the code size before and the end mark behind.
  std::vector<std::uint8_t> numbers;
  float lost = 0; ///< Errors of all pixels, in shares of their limits.
};

/// Returns how visible a difference of two colours is, half by brightness and
/// half by the channels; three times the square for greys.
inline float gif_error(int red, int green, int blue) noexcept {
  const auto luma =
    static_cast<float>(77 * red + 150 * green + 29 * blue) * (1.0F / 256);
  const auto squares =
    static_cast<float>(red * red + green * green + blue * blue);
  return 0.75F * (luma * luma + squares);
}

/// Codes an area. A pixel may take another number than its own, which makes
/// codes longer and fewer, if the error keeps to the limit.
/// @param bits Enough for each of its numbers.
gif_codes code_pixels(const gif_area& area, unsigned bits, gif_start start);

} // namespace pixmill::imaging
