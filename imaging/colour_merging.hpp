#pragma once

#include <vector>

#include "imaging/palette_choice.hpp"

namespace pixmill::imaging {

/// Most colours that `merge_colours` takes: its time grows with the square.
inline constexpr std::size_t most_merged_colours = 512;

/// Merges opaque colours, those whose loss is least visible first, until there
/// are no more than `most`. Unlike a quantizer, it leaves colours alone that
/// differ by little where others differ by less or are seldom.
/// @param counted At most `most_merged_colours`.
/// @param most    At least 1.
/// @see Ward: Hierarchical Grouping to Optimize an Objective Function, Journal
///      of the American Statistical Association 58 (1963)
std::vector<counted_colour>
merge_colours(const std::vector<counted_colour>& counted, std::size_t most);

} // namespace pixmill::imaging
