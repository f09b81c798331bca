#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <caf/expected.hpp>

#include "imaging/compressor.hpp"
#include "imaging/header.hpp"
#include "imaging/pixels.hpp"
#include "imaging/rate_search.hpp"

namespace pixmill::imaging {

/// What `scale` and `max_edge` encode at: hardly to be told from the source,
/// and most of the saving comes from the size.
inline constexpr int scaled_quality = 85;

/// One image on its way through an engine: what it is and what it has to
/// become.
struct compression {
  byte_view source;
  const picture_header& header;
  const compress_goal& goal;
  compress_effort effort;
  extent target; ///< Upright, after `max_edge` and `scale`.
  /// Of the source without metadata, which is seldom needed; 0: as it is.
  std::size_t stripped_bytes;
  /// What `decode_picture` answers next, if it was decoded already.
  std::unique_ptr<decoded_picture> decoded;

  compression(byte_view source, const picture_header& header,
              const compress_goal& goal, compress_effort effort);

  /// Returns the size of the upright source.
  extent upright_size() const noexcept;

  /// Returns whether the pixels have to move: turned or fewer of them.
  bool reshapes() const noexcept;

  /// Returns what leaving the picture alone would cost, bytes.
  std::size_t kept_bytes() const noexcept;

  /// Returns the bytes that an encoding must not pass.
  std::size_t budget() const noexcept;

  /// Returns whether the goal speaks of bytes.
  bool has_budget() const noexcept;
};

/// Finds the encoding that `what.goal` asks for.
/// @param highest More quality is wasted on this source.
caf::expected<rate_result> reach_goal(const compression& what,
                                      quality_encoder& encoder, int highest);

/// Like `reach_goal`, for encoders whose quality has few steps, best first.
caf::expected<rate_result> reach_goal_by_levels(const compression& what,
                                                quality_encoder& encoder,
                                                std::span<const int> levels);

/// Returns what to answer: `found`, or the source where that is no larger.
compressed_image settle(const compression& what, image_format format,
                        rate_result found);

/// Returns the source, without its metadata, as the answer.
compressed_image keep(const compression& what);

/// Decodes the first frame, turns it upright, and scales it to `what.target`.
/// Takes what stands in `what.decoded`.
caf::expected<decoded_picture> decode_picture(const compression& what);

// The engines, one for each format that is written.
caf::expected<compressed_image> compress_to_jpeg(const compression& what);
caf::expected<compressed_image> compress_to_png(const compression& what);
caf::expected<compressed_image> compress_to_webp(const compression& what);
caf::expected<compressed_image> compress_to_gif(const compression& what);
caf::expected<compressed_image> compress_to_avif(const compression& what);

} // namespace pixmill::imaging
