#pragma once

#include <memory>
#include <string>

#include <caf/expected.hpp>

#include "imaging/byte_view.hpp"
#include "imaging/header.hpp"
#include "imaging/luma.hpp"

namespace pixmill::imaging {

/// How to write a JPEG again.
struct jpeg_recoding {
  int quality = 75;          ///< 1 to 100 on libjpeg's scale.
  bool optimize = false;     ///< Huffman tables of its own: smaller, slower.
  bool halve_chroma = false; ///< To 4:2:0; only where `can_halve_chroma`.
};

/// The quantized coefficients of one JPEG, to be written again with coarser
/// tables: nothing is transformed to pixels and back.
class jpeg_coefficients {
public:
  /// Reads all coefficients.
  /// @param source Outlives the object.
  /// @param reusable Whether `write` will be called more than once.
  /// @retval errc::truncated The data ends too early.
  /// @retval errc::decode    The data is damaged or not a JPEG for libjpeg.
  static caf::expected<jpeg_coefficients>
  read(byte_view source, const picture_header& header, bool reusable);
  jpeg_coefficients(jpeg_coefficients&&) noexcept;
  jpeg_coefficients& operator=(jpeg_coefficients&&) noexcept;
  ~jpeg_coefficients();

  /// Returns the quality whose tables come closest to the source's.
  int source_quality() const;

  /// Returns whether the chroma has more than half the luma's resolution in a
  /// direction.
  bool can_halve_chroma() const;

  /// Writes with the tables of `how.quality`, nowhere finer than the source's.
  /// @retval errc::encode libjpeg refused.
  caf::expected<std::string> write(const jpeg_recoding& how);

  /// Returns what a decoder would show of the source; only if `reusable`.
  luma_plane source_luma() const;

  /// Returns what a decoder would show of the output at `quality`; only if
  /// `reusable`.
  luma_plane luma_at(int quality) const;

private:
  class impl;
  explicit jpeg_coefficients(std::unique_ptr<impl> inner);
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill::imaging
