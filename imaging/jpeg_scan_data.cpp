#include "imaging/jpeg_scan_data.hpp"

namespace pixmill::imaging {

bool unstuff(byte_view data, jpeg_scan_data& out) {
  out.ends.clear();
  if (out.capacity < data.size() + scan_padding_bytes) {
    out.capacity = data.size() + scan_padding_bytes;
    out.bytes = std::make_unique_for_overwrite<std::uint8_t[]>(out.capacity);
  }
  auto* to = out.bytes.get();
  std::size_t at = 0;
  for (;;) {
    auto* found = static_cast<const std::uint8_t*>(
      std::memchr(data.data() + at, 0xff, data.size() - at));
    if (found == nullptr)
      return false;
    auto length = static_cast<std::size_t>(found - data.data()) - at;
    std::memcpy(to, data.data() + at, length);
    to += length;
    out.consumed = at + length;
    at += length + 1;
    while (at < data.size() && data[at] == 0xff) // Fill bytes.
      ++at;
    if (at == data.size())
      return false;
    auto marker = data[at++];
    if (marker == 0) {
      *to++ = 0xff;
      continue;
    }
    auto piece = out.ends.size();
    out.ends.push_back(static_cast<std::size_t>(to - out.bytes.get()));
    if (marker < 0xd0 || marker > 0xd7)
      break;
    if (marker != 0xd0 + piece % 8)
      return false;
  }
  std::memset(to, 0, scan_padding_bytes);
  return true;
}

} // namespace pixmill::imaging
