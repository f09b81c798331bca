#pragma once

#include <cstdint>
#include <vector>

#include "imaging/jpeg_decoding_table.hpp"
#include "imaging/jpeg_requantize.hpp"
#include "imaging/jpeg_scan_data.hpp"
#include "imaging/jpeg_similarity.hpp"
#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

/// The tables of each component, in the scan's order.
struct jpeg_scan_tables {
  const jpeg_decoding_table* dc = nullptr;
  const jpeg_decoding_table* ac = nullptr;
};

/// Decodes one interleaved scan into `picture.tokens`.
/// @param restart_interval MCUs between restart markers; 0: none.
/// @param factors With which to requantize on the way; null: not at all.
/// @param likeness Learns what becomes of the samples among the rows, if they
///                 are requantized; or null.
/// @returns Whether all of it could be decoded.
bool decode_scan(const jpeg_scan_data& data,
                 const std::vector<jpeg_scan_tables>& tables,
                 std::uint32_t restart_interval,
                 const std::vector<requantizing_factors>* factors,
                 jpeg_similarity* likeness, jpeg_tokens& picture);

} // namespace pixmill::imaging
