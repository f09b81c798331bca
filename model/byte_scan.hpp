#pragma once

#include <bit>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pixmill {

/// Returns the first of `a`, `b`, `c`, `d` in [`first`, `last`), or `last`.
/// Sixteen bytes a step where the processor can: this is where a sheet's
/// parsing time goes.
inline const char* find_any(const char* first, const char* last, char a, char b,
                            char c, char d) noexcept {
#if defined(__SSE2__)
  const __m128i va = _mm_set1_epi8(a);
  const __m128i vb = _mm_set1_epi8(b);
  const __m128i vc = _mm_set1_epi8(c);
  const __m128i vd = _mm_set1_epi8(d);
  for (; last - first >= 16; first += 16) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(first));
    const __m128i ab =
      _mm_or_si128(_mm_cmpeq_epi8(x, va), _mm_cmpeq_epi8(x, vb));
    const __m128i cd =
      _mm_or_si128(_mm_cmpeq_epi8(x, vc), _mm_cmpeq_epi8(x, vd));
    const auto mask =
      static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(ab, cd)));
    if (mask != 0)
      return first + std::countr_zero(mask);
  }
#endif
  for (; first != last; ++first)
    if (*first == a || *first == b || *first == c || *first == d)
      break;
  return first;
}

/// Returns the first byte in [`first`, `last`) that is NUL or not ASCII, or
/// `last`.
inline const char* find_not_ascii(const char* first,
                                  const char* last) noexcept {
#if defined(__SSE2__)
  const __m128i zero = _mm_setzero_si128();
  for (; last - first >= 16; first += 16) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(first));
    const auto mask = static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(x, _mm_cmpeq_epi8(x, zero))));
    if (mask != 0)
      return first + std::countr_zero(mask);
  }
#endif
  for (; first != last; ++first)
    if (static_cast<signed char>(*first) <= 0)
      break;
  return first;
}

} // namespace pixmill
