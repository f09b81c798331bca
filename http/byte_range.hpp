#pragma once

#include <cstdint>
#include <string_view>

namespace pixmill::http {

/// What is to be sent of a file.
struct byte_range {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
  bool whole = true;       ///< All of it was asked for, or no range.
  bool satisfiable = true; ///< False: it lies outside of the file.
};

/// Reads a field `Range` of one range of bytes; empty, or nothing that can be
/// read: the whole file.
/// @param size Of the file, bytes.
/// @see RFC 9110, 14.1.2
byte_range range_in(std::string_view field, std::uint64_t size);

} // namespace pixmill::http
