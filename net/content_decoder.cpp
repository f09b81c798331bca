#include "net/content_decoder.hpp"

#include <array>
#include <utility>

#include <zlib.h>

#include "model/errc.hpp"

namespace pixmill::net {
namespace {

constexpr std::size_t step_bytes = 64 << 10;
constexpr int gzip_or_zlib = MAX_WBITS + 32;
constexpr int raw_deflate = -MAX_WBITS;

} // namespace

class content_decoder::stream {
public:
  explicit stream(bool may_be_raw) : may_be_raw_(may_be_raw) {
    inflateInit2(&zlib_, gzip_or_zlib);
  }

  ~stream() {
    inflateEnd(&zlib_);
  }

  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  caf::error feed(std::string_view bytes, const sink& out) {
    // What follows the end is padding, or another member of the same file.
    if (complete_ && !start_next_member(bytes))
      return {};
    set_input(bytes);
    while (true) {
      zlib_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      zlib_.avail_out = static_cast<uInt>(buffer_.size());
      const auto status = inflate(&zlib_, Z_NO_FLUSH);
      if (status == Z_DATA_ERROR && may_be_raw_ && zlib_.total_out == 0) {
        // "deflate" means zlib's format, but servers send it without header.
        may_be_raw_ = false;
        inflateReset2(&zlib_, raw_deflate);
        set_input(bytes);
        continue;
      }
      const auto made = buffer_.size() - zlib_.avail_out;
      if (made > 0 && !out({buffer_.data(), made}))
        return make_error(errc::canceled);
      if (status == Z_STREAM_END) {
        complete_ = true;
        const std::string_view rest{
          reinterpret_cast<const char*>(zlib_.next_in), zlib_.avail_in};
        if (!start_next_member(rest))
          return {};
        set_input(rest);
      } else if (status == Z_BUF_ERROR
                 || (status == Z_OK && zlib_.avail_in == 0
                     && zlib_.avail_out > 0)) {
        return {};
      } else if (status != Z_OK) {
        return make_error(errc::decode,
                          zlib_.msg ? zlib_.msg : "damaged gzip stream");
      }
    }
  }

  bool complete() const noexcept {
    return complete_;
  }

private:
  void set_input(std::string_view bytes) {
    zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    zlib_.avail_in = static_cast<uInt>(bytes.size());
  }

  bool start_next_member(std::string_view bytes) {
    if (bytes.empty() || bytes.front() != '\x1f')
      return false;
    complete_ = false;
    inflateReset(&zlib_);
    return true;
  }

  z_stream zlib_{};
  bool may_be_raw_;
  bool complete_ = false;
  std::array<char, step_bytes> buffer_;
};

caf::expected<std::unique_ptr<content_decoder>>
content_decoder::create(std::string_view encoding) {
  if (encoding != "gzip" && encoding != "x-gzip" && encoding != "deflate")
    return make_error(errc::unsupported_format,
                      "Content-Encoding " + std::string{encoding});
  return std::unique_ptr<content_decoder>{
    new content_decoder(std::make_unique<stream>(encoding == "deflate"))};
}

content_decoder::content_decoder(std::unique_ptr<stream> inflater)
    : stream_(std::move(inflater)) {}

content_decoder::~content_decoder() = default;

caf::error content_decoder::feed(std::string_view bytes, const sink& out) {
  return stream_->feed(bytes, out);
}

bool content_decoder::complete() const noexcept {
  return stream_->complete();
}

} // namespace pixmill::net
