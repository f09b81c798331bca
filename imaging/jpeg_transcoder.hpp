#pragma once

#include <array>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "imaging/jpeg_tokens.hpp"
#include "imaging/luma.hpp"

namespace pixmill::imaging {

/// Writes a JPEG again with coarser tables and Huffman tables of its own, in
/// one baseline scan. Takes about a quarter of the time of decoding to pixels
/// and encoding them.
class jpeg_transcoder {
public:
  explicit jpeg_transcoder(jpeg_tokens picture);

  /// Returns the quality whose tables come closest to the source's, 1 to 100.
  int source_quality() const;

  /// Writes with the tables of `quality`, nowhere finer than the source's.
  /// @param icc The colour profile, or empty.
  std::string write(int quality, const std::string& icc);

  /// Returns what a decoder would show of the source.
  luma_plane source_luma() const;

  /// Returns what a decoder would show of the output at `quality`.
  luma_plane luma_at(int quality) const;

private:
  std::vector<quant_table> tables_at(int quality) const;
  luma_plane render(const quant_table& table) const;

  jpeg_tokens picture_;
  token_list symbols_; ///< Kept for its memory.
};

} // namespace pixmill::imaging
