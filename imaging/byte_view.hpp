#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pixmill::imaging {

/// Bytes of one file, owned by somebody else.
using byte_view = std::span<const std::uint8_t>;

inline byte_view view_of(const std::string& bytes) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

/// Returns the big-endian number at `at`, or 0 past the end: a header parser
/// then sees a size of 0 and refuses.
inline std::uint32_t be16(byte_view data, std::size_t at) noexcept {
  if (at > data.size() || data.size() - at < 2)
    return 0;
  return static_cast<std::uint32_t>(data[at] << 8 | data[at + 1]);
}

inline std::uint32_t be32(byte_view data, std::size_t at) noexcept {
  return at <= data.size() && data.size() - at >= 4
           ? be16(data, at) << 16 | be16(data, at + 2)
           : 0;
}

/// Returns the little-endian number at `at`, or 0 past the end.
inline std::uint32_t le16(byte_view data, std::size_t at) noexcept {
  if (at > data.size() || data.size() - at < 2)
    return 0;
  return static_cast<std::uint32_t>(data[at] | data[at + 1] << 8);
}

inline std::uint32_t le32(byte_view data, std::size_t at) noexcept {
  return at <= data.size() && data.size() - at >= 4
           ? le16(data, at) | le16(data, at + 2) << 16
           : 0;
}

/// Returns whether `text` stands at `at`.
inline bool has_at(byte_view data, std::size_t at,
                   std::string_view text) noexcept {
  if (at > data.size() || data.size() - at < text.size())
    return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (data[at + i] != static_cast<std::uint8_t>(text[i]))
      return false;
  return true;
}

/// Returns `data` from `at` on, at most `size` bytes, never out of bounds.
inline byte_view slice(byte_view data, std::size_t at,
                       std::size_t size = std::dynamic_extent) noexcept {
  if (at >= data.size())
    return {};
  auto rest = data.size() - at;
  return data.subspan(at, size < rest ? size : rest);
}

} // namespace pixmill::imaging
