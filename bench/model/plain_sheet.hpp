#pragma once

#include <cstdint>
#include <string>

namespace pixmill::bench {

inline const std::string plain_header =
  "S. No.,Product Name,Input Image Urls\n";

/// Returns an ordinary row, 148 to 184 bytes with three URLs of its own.
inline std::string plain_row(std::uint64_t i) {
  const auto id = std::to_string(i);
  const auto url = "https://cdn.example.com/products/a/" + id + "-";
  return id + ",SKU " + id + ",\"" + url + "1.jpg," + url + "2.jpg," + url
         + "3.jpg\"\n";
}

} // namespace pixmill::bench
