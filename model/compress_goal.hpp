#pragma once

#include <cstdint>

#include <caf/meta/type_name.hpp>

namespace pixmill {

/// What an output has to be, as the job's `target` says.
enum class target_kind : std::uint8_t {
  ratio,   ///< `value` is the share of the source's bytes, in ppm.
  bytes,   ///< `value` is a number of bytes.
  quality, ///< `value` is 1 to 100 on libjpeg's scale.
  scale,   ///< `value` is the share of width and height, in ppm.
};

/// The job's `format`.
enum class format_choice : std::uint8_t {
  keep,
  jpeg,
  png,
  webp,
  avif,
  automatic
};

/// How one image is to be compressed. Fractions are integers in parts per
/// million, because goals travel between nodes and doubles do not.
struct compress_goal {
  target_kind target = target_kind::ratio;
  std::uint64_t value = 500'000;
  /// Lowest acceptable luma SSIM in ppm; 0 asks for none.
  std::uint32_t floor_ssim_ppm = 0;
  format_choice format = format_choice::keep;
  /// Longest edge in pixels; 0 leaves the size alone. Never enlarges.
  std::uint32_t max_edge = 0;

  bool operator==(const compress_goal&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, compress_goal& x) {
  return f(caf::meta::type_name("pixmill::compress_goal"), x.target, x.value,
           x.floor_ssim_ppm, x.format, x.max_edge);
}

} // namespace pixmill
