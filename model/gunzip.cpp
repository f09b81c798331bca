#include "model/gunzip.hpp"

#include <algorithm>
#include <limits>
#include <new>

#include <zlib.h>

namespace pixmill {

class gunzip::impl {
public:
  impl() {
    // 15: the largest window; 16: expect gzip's frame and check its sum.
    if (inflateInit2(&stream_, 15 + 16) != Z_OK)
      throw std::bad_alloc{};
  }

  ~impl() {
    inflateEnd(&stream_);
  }

  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  bool run(std::string_view& in, std::size_t bytes, std::string& out) {
    out.resize(bytes);
    std::size_t made = 0;
    bool sound = true;
    while (sound && made < bytes && !in.empty()) {
      if (at_end_) {
        // Padding after the last member is common (tar, tape) and harmless.
        if (ignore_rest_ || static_cast<unsigned char>(in.front()) != 0x1f) {
          ignore_rest_ = true;
          in = {};
          break;
        }
        inflateReset(&stream_);
        at_end_ = false;
      }
      sound = step(in, out, made);
    }
    out.resize(made);
    return sound;
  }

  bool at_end() const noexcept {
    return at_end_;
  }

private:
  bool step(std::string_view& in, std::string& out, std::size_t& made) {
    constexpr std::size_t most = std::numeric_limits<uInt>::max();
    const auto given = static_cast<uInt>(std::min(in.size(), most));
    const auto room = static_cast<uInt>(std::min(out.size() - made, most));
    stream_.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(in.data())); // zlib's API
    stream_.avail_in = given;
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + made);
    stream_.avail_out = room;
    const int rc = ::inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(given - stream_.avail_in);
    made += room - stream_.avail_out;
    at_end_ = rc == Z_STREAM_END;
    return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR;
  }

  z_stream stream_{};
  bool at_end_ = false;
  bool ignore_rest_ = false;
};

gunzip::gunzip() : impl_(std::make_unique<impl>()) {}

gunzip::~gunzip() = default;
gunzip::gunzip(gunzip&&) noexcept = default;
gunzip& gunzip::operator=(gunzip&&) noexcept = default;

bool gunzip::recognises(std::string_view head) noexcept {
  return head.size() >= 2 && static_cast<unsigned char>(head[0]) == 0x1f
         && static_cast<unsigned char>(head[1]) == 0x8b;
}

bool gunzip::inflate(std::string_view& in, std::size_t bytes,
                     std::string& out) {
  return impl_->run(in, bytes, out);
}

bool gunzip::at_end() const noexcept {
  return impl_->at_end();
}

} // namespace pixmill
