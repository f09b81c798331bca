#pragma once

#include <string>
#include <string_view>

#include <zlib.h>

namespace pixmill::net::test {

// Window bits by which zlib tells the formats apart.
constexpr int gzip_format = 15 + 16;
constexpr int zlib_format = 15;
constexpr int raw_format = -15;

/// Returns `bytes` compressed.
inline std::string deflated(std::string_view bytes, int format) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, format, 8, Z_DEFAULT_STRATEGY);
  std::string result(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

} // namespace pixmill::net::test
