#pragma once

#include <array>
#include <cstdint>

namespace pixmill::imaging {

/// One quantization table, row by row. Coefficients are scaled as ITU-T T.81
/// does, so that DC is eight times the mean of a block.
using quant_table = std::array<std::uint16_t, 64>;

/// Returns the table that libjpeg's quality stands for.
/// @param quality 1 to 100.
/// @see ITU-T T.81, Annex K, tables K.1 and K.2; scaled as libjpeg does.
quant_table quality_table(int quality, bool chroma);

/// Returns the quality whose luma table comes closest to `luma`.
int quality_of(const quant_table& luma);

/// Returns the coarser of both for each frequency.
quant_table coarser(const quant_table& left, const quant_table& right);

} // namespace pixmill::imaging
