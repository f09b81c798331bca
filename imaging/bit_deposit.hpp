#pragma once

#include <bit>
#include <cstdint>

namespace pixmill::imaging {

/// Scatters bits over the places of a mask, one place after the other.
struct portable_bits {
  /// Puts the lowest bits of `bits` where `mask` has ones, lowest first.
  static std::uint64_t deposit(std::uint64_t bits,
                               std::uint64_t mask) noexcept {
    std::uint64_t result = 0;
    for (; mask != 0; mask &= mask - 1, bits >>= 1)
      result |= (bits & 1) != 0 ? mask & -mask : 0;
    return result;
  }

  static unsigned count(std::uint64_t mask) noexcept {
    return static_cast<unsigned>(std::popcount(mask));
  }
};

#if defined(__x86_64__)
/// The same by single instructions, where `available`.
struct bmi2_bits {
  static bool available() noexcept {
    return __builtin_cpu_supports("bmi2") != 0
           && __builtin_cpu_supports("popcnt") != 0;
  }

  // Not intrinsics: those cannot be inlined into what is compiled for every
  // processor.
  static std::uint64_t deposit(std::uint64_t bits,
                               std::uint64_t mask) noexcept {
    std::uint64_t result;
    asm("pdep %2, %1, %0" : "=r"(result) : "r"(bits), "r"(mask));
    return result;
  }

  static unsigned count(std::uint64_t mask) noexcept {
    std::uint64_t result;
    asm("popcnt %1, %0" : "=r"(result) : "r"(mask) : "cc");
    return static_cast<unsigned>(result);
  }
};
#else
struct bmi2_bits : portable_bits {
  static bool available() noexcept {
    return false;
  }
};
#endif

/// Returns the `nth` bit of `mask` alone, counted from the top, from 1 on.
/// @param mask Has at least `nth`.
template <class Bits>
std::uint64_t nth_from_top(std::uint64_t mask, unsigned nth) noexcept {
  return Bits::deposit(std::uint64_t{1} << (Bits::count(mask) - nth), mask);
}

} // namespace pixmill::imaging
