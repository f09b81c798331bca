#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <caf/expected.hpp>

#include "imaging/similarity.hpp"

namespace pixmill::imaging {

/// One picture, ready to be encoded in one format at any quality.
class quality_encoder {
public:
  virtual ~quality_encoder() = default;

  /// Encodes at `quality`, 1 to 100: more is better and larger.
  virtual caf::expected<std::string> encode(int quality) = 0;

  /// Compares `bytes`, which `encode(quality)` made, with the picture.
  virtual caf::expected<similarity> likeness(const std::string& bytes,
                                             int quality) = 0;

  /// Returns the quality to try first for a size of `share` x the source's.
  virtual int guess(double share) const = 0;
};

/// What a search has to find.
struct rate_request {
  std::size_t budget = 0; ///< Bytes that must not be passed.
  std::size_t source_bytes = 0;
  int highest = 100;           ///< More is wasted on this source.
  std::uint32_t floor_ppm = 0; ///< Lowest acceptable of the worst tile.
};

/// One encoding.
struct rate_result {
  std::string bytes;
  int quality = 0;
  similarity likeness;
  bool missed = false;  ///< No quality fits the budget and keeps the floor.
  bool on_side = false; ///< Left as stored, with the orientation beside it.
};

/// Returns the best quality whose encoding fits the budget, or, where that is
/// below the floor or nothing fits, the smallest at or above the floor.
///
/// Interpolates log(size) over log(quantizer scale); 3 to 4 encodings.
caf::expected<rate_result> fit_budget(quality_encoder& encoder,
                                      const rate_request& request);

/// Encodes at `quality`, or higher where that is below the floor.
caf::expected<rate_result> encode_at(quality_encoder& encoder, int quality,
                                     const rate_request& request);

/// Returns the best of a few levels whose encoding fits the budget; like
/// `fit_budget` otherwise. For encoders whose quality has few steps.
/// @param levels Qualities, best first; at least one.
caf::expected<rate_result> fit_levels(quality_encoder& encoder,
                                      std::span<const int> levels,
                                      const rate_request& request);

/// Returns the factor that libjpeg's quality applies to its base tables.
double quantizer_scale(int quality) noexcept;

/// Returns the quality whose factor is closest to `scale`, 1 to 100.
int quality_for_scale(double scale) noexcept;

} // namespace pixmill::imaging
