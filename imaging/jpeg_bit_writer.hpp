#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "imaging/byte_view.hpp"

namespace pixmill::imaging {

/// Writes bits, most significant first, without byte stuffing. Each time all
/// eight bytes are stored, and what was whole is passed over: there is no
/// branch to guess.
class bit_writer {
public:
  /// @param out Room for 8 bytes more than is written.
  explicit bit_writer(std::uint8_t* out) : out_(out) {}

  /// @param length 1 to 57.
  void put(std::uint64_t bits, unsigned length) {
    filled_ += length;
    window_ |= bits << (64 - filled_);
    auto word = __builtin_bswap64(window_);
    std::memcpy(out_, &word, 8);
    out_ += filled_ / 8;
    window_ <<= filled_ & 0x38;
    filled_ &= 7;
  }

  /// Goes on at `out`.
  /// @returns The end of the whole bytes so far.
  std::uint8_t* move_to(std::uint8_t* out) {
    return std::exchange(out_, out);
  }

  /// Fills the last byte with ones.
  /// @returns The end of what was written.
  std::uint8_t* finish() {
    put(0x7f, 7);
    return out_;
  }

private:
  std::uint8_t* out_;
  std::uint64_t window_ = 0; ///< From its top on.
  unsigned filled_ = 0;
};

/// Appends `data` with a zero behind each 0xff.
void put_stuffed(std::string& out, byte_view data);

} // namespace pixmill::imaging
