#include "imaging/jpeg_bit_writer.hpp"

#include <algorithm>
#include <cstddef>

namespace pixmill::imaging {

void put_stuffed(std::string& out, byte_view data) {
  auto at = out.size();
  out.resize(at + data.size()
             + static_cast<std::size_t>(
               std::count(data.begin(), data.end(), std::uint8_t{0xff})));
  auto* to = out.data() + at;
  while (!data.empty()) {
    auto* found = static_cast<const std::uint8_t*>(
      std::memchr(data.data(), 0xff, data.size()));
    auto length = found == nullptr
                    ? data.size()
                    : static_cast<std::size_t>(found - data.data()) + 1;
    std::memcpy(to, data.data(), length);
    to += length;
    if (found != nullptr)
      *to++ = 0;
    data = data.subspan(length);
  }
}

} // namespace pixmill::imaging
