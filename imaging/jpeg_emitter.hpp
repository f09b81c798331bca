#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "imaging/jpeg_symbols.hpp"
#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

/// Tokens side by side in memory.
struct token_row {
  const std::uint32_t* begin = nullptr;
  const std::uint32_t* end = nullptr;
};

/// All tokens of a picture, row of MCUs by row of MCUs.
using token_rows = std::vector<token_row>;

token_rows rows_of(const jpeg_tokens& picture);

/// Returns the bytes that `emit_jpeg` writes before the scan's data and behind
/// them.
/// @param icc The colour profile, or empty.
std::size_t header_bytes(const jpeg_tokens& picture, const scan_codes& codes,
                         const std::string& icc);

/// Words of symbols side by side in memory.
using symbol_row = std::span<const std::uint32_t>;

/// Writes a JPEG of one baseline scan.
/// @param picture Its frame; whether it has tokens is of no matter.
/// @param rows    Its symbols.
/// @param bits    From `scan_bits`.
/// @see make_symbol
std::string emit_jpeg(const jpeg_tokens& picture,
                      const std::vector<symbol_row>& rows,
                      const scan_codes& codes, std::size_t bits,
                      const std::string& icc);

/// Writes `picture` as it is, with Huffman tables of its own.
std::string emit_jpeg(const jpeg_tokens& picture, const std::string& icc);

} // namespace pixmill::imaging
