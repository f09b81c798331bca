#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "imaging/byte_view.hpp"

namespace pixmill::imaging {

/// Entropy-coded data without byte stuffing, cut at its restart markers, with
/// zeros behind it.
struct jpeg_scan_data {
  std::unique_ptr<std::uint8_t[]> bytes;
  std::size_t capacity = 0;      ///< Of `bytes`.
  std::vector<std::size_t> ends; ///< Of each piece.
  std::size_t consumed = 0;      ///< Where the marker behind the scan begins.
};

/// Bytes of zeros behind the data. One MCU has at most 10 blocks of 64 codes of
/// 16 bits with 11 bits of value, so that the end is checked once for each.
inline constexpr std::size_t scan_padding_bytes = 4096;

/// Takes `data` up to the first marker that is no restart marker.
/// @returns Whether there is one, and the restart markers are in order.
bool unstuff(byte_view data, jpeg_scan_data& out);

/// Reads bits, most significant first, from data without byte stuffing that has
/// at least 8 readable bytes behind its end.
class bit_source {
public:
  explicit bit_source(const std::uint8_t* at) noexcept : at_(at) {}

  /// Makes at least 56 bits available.
  void refill() noexcept {
    std::uint64_t next;
    std::memcpy(&next, at_, 8);
    window_ |= __builtin_bswap64(next) >> bits_;
    at_ += (63 - bits_) >> 3;
    bits_ |= 56;
  }

  std::uint64_t window() const noexcept {
    return window_;
  }

  void skip(unsigned bits) noexcept {
    window_ <<= bits;
    bits_ -= bits;
  }

  /// Returns the next `bits`, 1 to 16.
  unsigned take(unsigned bits) noexcept {
    auto raw = static_cast<unsigned>(window_ >> (64 - bits));
    skip(bits);
    return raw;
  }

  /// Returns the next bit; refills by itself.
  bool take_bit() noexcept {
    if (bits_ == 0)
      refill();
    return take(1) != 0;
  }

  /// Returns the next `bits`, 1 to 16, as a JPEG value.
  int take_value(unsigned bits) noexcept {
    auto raw = static_cast<int>(take(bits));
    return raw < 1 << (bits - 1) ? raw - (1 << bits) + 1 : raw;
  }

  /// Returns how far reading has come, bits from `begin`.
  std::size_t position(const std::uint8_t* begin) const noexcept {
    return static_cast<std::size_t>(at_ - begin) * 8 - bits_;
  }

private:
  const std::uint8_t* at_;
  std::uint64_t window_ = 0;
  unsigned bits_ = 0;
};

} // namespace pixmill::imaging
