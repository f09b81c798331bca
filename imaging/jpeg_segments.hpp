#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "imaging/jpeg_huffman.hpp"
#include "imaging/jpeg_tokens.hpp"

/// The segments of a JPEG file that are not entropy-coded.
namespace pixmill::imaging {

enum class jpeg_process : std::uint8_t { baseline, progressive };

/// Appends all before the Huffman tables: what colours mean, the quantization
/// tables, the frame.
/// @param icc The colour profile, or empty.
void put_frame(std::string& out, const jpeg_tokens& picture,
               const std::string& icc, jpeg_process process);

/// Appends a Huffman table.
/// @param slot As DHT has it: its number, and 16 for AC.
void put_table(std::string& out, unsigned slot, const huffman_code& code);

/// Appends a marker with the length of its segment.
void put_marker(std::string& out, unsigned marker, std::size_t body_bytes);

inline constexpr unsigned start_of_scan = 0xda;

/// Appends what a file ends with.
void put_end(std::string& out);

} // namespace pixmill::imaging
