#include <bit>

#include "imaging/jpeg_symbols.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace pixmill::imaging {

#if defined(__x86_64__)

#define PIXMILL_EIGHTS __attribute__((target("avx2,bmi,popcnt")))

namespace {

constexpr std::size_t lanes = 8;

/// Four words with the ends of blocks before those that a mask picks: which of
/// four words, and of the four ends behind them.
constexpr auto with_ends = [] {
  std::array<std::array<std::uint32_t, lanes>, 16> result{};
  for (unsigned mask = 0; mask < 16; ++mask) {
    std::size_t count = 0;
    for (std::uint32_t word = 0; word < 4; ++word) {
      if ((mask >> word & 1) != 0)
        result[mask][count++] = word + 4;
      result[mask][count++] = word;
    }
  }
  return result;
}();

PIXMILL_EIGHTS inline __m256i splat(int value) noexcept {
  return _mm256_set1_epi32(value);
}

PIXMILL_EIGHTS inline unsigned mask_of(__m256i values) noexcept {
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(values)));
}

PIXMILL_EIGHTS inline __m256i load(const std::uint32_t* from) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

PIXMILL_EIGHTS inline void store(std::uint32_t* to, __m256i values) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), values);
}

/// All ones where a token is not of the first component.
PIXMILL_EIGHTS inline __m256i is_later(__m256i tokens) noexcept {
  return _mm256_cmpgt_epi32(_mm256_and_si256(tokens, splat(3 << 6)), splat(0));
}

struct eight_words {
  __m256i words;
  unsigned ends;      ///< Lanes before which a block ends.
  unsigned long_runs; ///< Lanes with 16 zeros or more before them.
};

/// @param tokens With what each DC coefficient changes by as its value.
/// @param before The token before each.
PIXMILL_EIGHTS inline eight_words words_of(__m256i tokens,
                                           __m256i before) noexcept {
  const auto zero = _mm256_setzero_si256();
  const auto positions = _mm256_and_si256(tokens, splat(63));
  const auto last = _mm256_and_si256(before, splat(63));
  const auto is_dc = _mm256_cmpeq_epi32(positions, zero);
  const auto runs = _mm256_andnot_si256(
    is_dc, _mm256_sub_epi32(_mm256_sub_epi32(positions, last), splat(1)));
  const auto values = _mm256_srai_epi32(tokens, 16);
  // The exponent of a float is a size but for what is added to it.
  const auto floats =
    _mm256_castps_si256(_mm256_cvtepi32_ps(_mm256_abs_epi32(values)));
  const auto sizes = _mm256_max_epi32(
    _mm256_sub_epi32(_mm256_srli_epi32(floats, 23), splat(126)), zero);
  const auto bits = _mm256_and_si256(
    _mm256_add_epi32(values, _mm256_srai_epi32(values, 31)),
    _mm256_sub_epi32(_mm256_sllv_epi32(splat(1), sizes), splat(1)));
  const auto tables =
    _mm256_or_si256(_mm256_and_si256(is_later(tokens), splat(1 << 8)),
                    _mm256_andnot_si256(is_dc, splat(2 << 8)));
  const auto symbols = _mm256_or_si256(_mm256_slli_epi32(runs, 4), sizes);
  const auto ended =
    _mm256_andnot_si256(_mm256_cmpeq_epi32(last, splat(63)), is_dc);
  return {_mm256_or_si256(_mm256_or_si256(_mm256_slli_epi32(bits, 10), tables),
                          symbols),
          mask_of(ended), mask_of(_mm256_cmpgt_epi32(runs, splat(15)))};
}

/// Puts four words with the ends before them.
/// @returns Where the next go.
PIXMILL_EIGHTS inline std::uint32_t* put(__m256i words_and_ends, unsigned ends,
                                         std::uint32_t* to) noexcept {
  store(to, _mm256_permutevar8x32_epi32(words_and_ends,
                                        load(with_ends[ends].data())));
  return to + 4 + std::popcount(ends);
}

} // namespace

PIXMILL_EIGHTS std::uint32_t* put_by_eights(const std::uint32_t* at,
                                            const std::uint32_t* end,
                                            std::uint32_t* to) {
  for (; static_cast<std::size_t>(end - at) >= lanes; at += lanes) {
    const auto before = load(at - 1);
    const auto eight = words_of(load(at), before);
    if (eight.long_runs != 0) {
      to = put_one_by_one(at, at + lanes, to);
      continue;
    }
    const auto ends = _mm256_or_si256(
      _mm256_and_si256(is_later(before), splat(1 << 8)), splat(2 << 8));
    to = put(_mm256_permute2x128_si256(eight.words, ends, 0x20),
             eight.ends & 15, to);
    to = put(_mm256_permute2x128_si256(eight.words, ends, 0x31),
             eight.ends >> 4, to);
  }
  return put_one_by_one(at, end, to);
}

bool can_put_by_eights() noexcept {
  return __builtin_cpu_supports("avx2") != 0
         && __builtin_cpu_supports("bmi") != 0
         && __builtin_cpu_supports("popcnt") != 0;
}

#else

std::uint32_t* put_by_eights(const std::uint32_t* at, const std::uint32_t* end,
                             std::uint32_t* to) {
  return put_one_by_one(at, end, to);
}

bool can_put_by_eights() noexcept {
  return false;
}

#endif

} // namespace pixmill::imaging
