#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "imaging/animation.hpp"
#include "imaging/byte_view.hpp"

/// GIF as the file has it: frames that lie over each other, each with numbers
/// of colours.
/// @see Graphics Interchange Format, Version 89a, CompuServe (1990)
namespace pixmill::imaging {

using gif_colour = std::array<std::uint8_t, 3>;

/// Of a picture that is to be a GIF's: below it a pixel is not seen.
inline constexpr std::uint8_t least_seen_alpha = 128;

/// What becomes of a frame when the next one comes.
enum class gif_disposal : std::uint8_t {
  none = 0,
  keep = 1,
  background = 2, ///< Its rectangle becomes transparent.
  previous = 3,   ///< Its rectangle becomes what it was before.
};

struct gif_frame {
  std::uint32_t left = 0;
  std::uint32_t top = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t delay = 0; ///< Hundredths of a second.
  gif_disposal disposal = gif_disposal::none;
  std::vector<gif_colour> palette;
  std::optional<std::uint8_t> transparent; ///< The number that shows nothing.
  std::vector<std::uint8_t> numbers;       ///< Rows from the top.
};

struct gif_picture {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::optional<std::uint32_t> loops; ///< 0: forever; none: plays once.
  std::vector<gif_frame> frames;
};

/// Reads all frames; what lies outside of the picture is cut off.
/// @retval errc::decode Damaged, or pixels are missing.
caf::expected<gif_picture> decode_gif_frames(byte_view source);

/// Reads all frames as they are seen.
caf::expected<animation> decode_gif_animation(byte_view source);

/// Returns what is seen, frame by frame.
animation shown_frames(const gif_picture& picture);

/// Replaces the palettes of all frames by one of at most `colours`.
/// @param wanted  What is to be seen, of as many frames.
/// @param colours 2 to 256.
/// @retval errc::encode No palette was found.
caf::error reduce_colours(gif_picture& picture, const animation& wanted,
                          unsigned colours);

/// Returns `frames` in one palette of at most 256 colours; a pixel is seen or
/// it is not.
/// @retval errc::encode No palette was found.
caf::expected<gif_picture> gif_of(const animation& frames);

} // namespace pixmill::imaging
