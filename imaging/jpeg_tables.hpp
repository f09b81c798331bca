#pragma once

#include "imaging/jpeg_blocks.hpp"

namespace pixmill::imaging {

/// Returns the table that libjpeg's quality stands for.
/// @param quality 1 to 100.
/// @see ITU-T T.81, Annex K, tables K.1 and K.2; scaled as libjpeg does.
quant_table quality_table(int quality, bool chroma);

/// Returns the quality whose luma table comes closest to `luma`.
int quality_of(const quant_table& luma);

/// Returns the coarser of both for each frequency.
quant_table coarser(const quant_table& left, const quant_table& right);

} // namespace pixmill::imaging
