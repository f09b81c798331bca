#include "imaging/jpeg_greedy_blocks.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "imaging/jpeg_visibility.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace pixmill::imaging {

namespace {

/// A dropped coefficient lengthens the run before the next one.
constexpr float longer_run_bits = 0.8F;

/// Sums in a fixed order: what is the nth goes into the (n mod 4)th.
class sum_of_four {
public:
  void add(std::size_t n, float value) noexcept {
    parts_[n & 3] += value;
  }
  float total() const noexcept {
    return (parts_[0] + parts_[1]) + (parts_[2] + parts_[3]);
  }

private:
  std::array<float, 4> parts_{};
};

/// Values to be summed up so, at most one for each coefficient.
class values_of_block {
public:
  void set(std::size_t n, float value) noexcept {
    values_[n] = value;
  }
  float total(std::size_t count) noexcept {
    for (std::size_t i = 0; i < 4; ++i)
      values_[count + i] = 0;
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (std::size_t n = 0; n < count; n += 4) {
      a += values_[n];
      b += values_[n + 1];
      c += values_[n + 2];
      d += values_[n + 3];
    }
    return (a + b) + (c + d);
  }

private:
  std::array<float, 68> values_;
};

/// Puts the symbol of an AC coefficient behind `run` zeros.
std::uint32_t* put(std::uint32_t symbol, std::uint32_t run, std::uint32_t tag,
                   std::uint32_t* to) noexcept {
  for (; run >= 16; run -= 16)
    *to++ = tag | zero_run_symbol;
  *to++ = symbol | run << 4;
  return to;
}

/// Begins the block `b` with its DC coefficient.
void put_dc(std::size_t b, const greedy_block_kind& kind,
            greedy_position& position, greedy_blocks& blocks) noexcept {
  auto dc = requantized(blocks.before_dc[b], kind.steps->factors[0]);
  auto change = dc - std::exchange(position.last_dc[kind.component], dc);
  blocks.after_dc[b] = dc;
  blocks.words[b] = position.to;
  *position.to++ = make_dc_symbol(kind.component, change);
}

/// Reads the AC coefficients of a block; leaves tokens for places and quotients
/// for symbols.
/// @returns How many do not round to zero.
std::size_t gather_one_by_one(const greedy_steps& steps, std::size_t b,
                              greedy_position& position,
                              greedy_blocks& blocks) noexcept {
  values_of_block energy;
  values_of_block weighted;
  std::size_t count = 0;
  std::size_t n = 0;
  const auto* at = position.at;
  for (const auto* end = position.end; at != end; ++at, ++n) {
    auto token = *at;
    auto place = token_position(token);
    if (place == 0)
      break;
    auto magnitude = static_cast<std::uint32_t>(std::abs(token_value(token)));
    auto quotient = (magnitude * steps.factors[place] + 0x8000) >> 16;
    auto before =
      static_cast<float>(static_cast<int>(magnitude)) * steps.from[place];
    auto square = before * before;
    energy.set(n, square);
    weighted.set(n, square * steps.weights[place]);
    blocks.places[count] = token;
    blocks.symbols[count] = quotient;
    blocks.before[count] = before;
    count += quotient != 0 ? 1 : 0;
  }
  position.at = at;
  blocks.energies[b] = energy.total(n);
  blocks.visibilities[b] = jpeg_visibility::at(weighted.total(n));
  return count;
}

/// Decides about what was gathered of one block.
void keep_one_by_one(const greedy_block_kind& kind, std::size_t b,
                     std::size_t count, float scale, greedy_position& position,
                     greedy_blocks& blocks) noexcept {
  auto& steps = *kind.steps;
  const auto tag = make_symbol(ac_table(kind.component), 0, 0);
  auto* to = position.to;
  sum_of_four energy;
  sum_of_four covariance;
  std::uint32_t last = 0;
  std::uint32_t last_kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    auto token = blocks.places[i];
    auto place = token_position(token);
    auto quotient = blocks.symbols[i];
    auto before = blocks.before[i];
    auto after =
      static_cast<float>(static_cast<int>(quotient)) * steps.to[place];
    auto gain = after * ((before + before) - after) * steps.weights[place];
    auto& prices = quotient == 1 ? kind.prices->ones : kind.prices->others;
    auto run = place - std::exchange(last, place) - 1;
    if (gain * scale + longer_run_bits < prices[run])
      continue;
    auto size = bit_size(quotient);
    auto sign =
      static_cast<std::uint32_t>(static_cast<std::int32_t>(token) >> 31);
    auto bits = quotient ^ (sign & ((1u << size) - 1));
    to = put(bits << 10 | tag | size, place - last_kept - 1, tag, to);
    last_kept = place;
    energy.add(i, after * after);
    covariance.add(i, after * before);
  }
  *to = tag;
  position.to = to + (last_kept != 63 ? 1 : 0);
  blocks.energies[b] += energy.total();
  blocks.covariances[b] = covariance.total();
}

} // namespace

void quantize_one_by_one(std::span<const greedy_block_kind> mcu,
                         std::size_t mcus, float worth,
                         greedy_position& position, greedy_blocks& blocks) {
  std::size_t b = 0;
  for (; mcus > 0; --mcus)
    for (auto& kind : mcu) {
      blocks.before_dc[b] = token_value(*position.at++);
      auto count = gather_one_by_one(*kind.steps, b, position, blocks);
      put_dc(b, kind, position, blocks);
      keep_one_by_one(kind, b, count, worth * blocks.visibilities[b], position,
                      blocks);
      ++b;
    }
}

#if defined(__x86_64__)

#define PIXMILL_SIXTEENS                                                       \
  __attribute__((target("avx512f,avx512cd,avx512dq,avx512vl,bmi2,popcnt")))

namespace {

/// Returns what a table of 64 has at each place.
PIXMILL_SIXTEENS inline __m512i look_up(const void* table,
                                        __m512i places) noexcept {
  auto* from = static_cast<const std::uint32_t*>(table);
  auto low = _mm512_permutex2var_epi32(_mm512_load_si512(from), places,
                                       _mm512_load_si512(from + 16));
  auto high = _mm512_permutex2var_epi32(_mm512_load_si512(from + 32), places,
                                        _mm512_load_si512(from + 48));
  auto upper = _mm512_test_epi32_mask(places, _mm512_set1_epi32(32));
  return _mm512_mask_blend_epi32(upper, low, high);
}

PIXMILL_SIXTEENS inline __m512 look_up(const std::array<float, 64>& table,
                                       __m512i places) noexcept {
  return _mm512_castsi512_ps(look_up(table.data(), places));
}

PIXMILL_SIXTEENS inline __mmask16 first_lanes(std::size_t count) noexcept {
  return static_cast<__mmask16>(
    _bzhi_u32(0xffff, static_cast<unsigned>(count)));
}

/// As `sum_of_four` adds them up.
PIXMILL_SIXTEENS inline __m128 add_fours(__m128 sum, __m512 values) noexcept {
  sum = _mm_add_ps(sum, _mm512_castps512_ps128(values));
  sum = _mm_add_ps(sum, _mm512_extractf32x4_ps(values, 1));
  sum = _mm_add_ps(sum, _mm512_extractf32x4_ps(values, 2));
  return _mm_add_ps(sum, _mm512_extractf32x4_ps(values, 3));
}

PIXMILL_SIXTEENS inline float total(__m128 sum) noexcept {
  auto pairs = _mm_add_ps(sum, _mm_shuffle_ps(sum, sum, 0xb1));
  return _mm_cvtss_f32(_mm_add_ss(pairs, _mm_movehl_ps(pairs, pairs)));
}

/// Returns the runs of zeros before `places`, the first of which follows upon
/// `last`.
PIXMILL_SIXTEENS inline __m512i runs_before(__m512i places,
                                            std::uint32_t last) noexcept {
  auto before =
    _mm512_alignr_epi32(places, _mm512_set1_epi32(static_cast<int>(last)), 15);
  return _mm512_sub_epi32(_mm512_sub_epi32(places, before),
                          _mm512_set1_epi32(1));
}

/// Up to sixteen coefficients.
struct gathered_sixteen {
  std::size_t length; ///< Of the source.
  std::size_t count;  ///< That do not round to zero.
};

struct source_sums {
  __m128 energy;
  __m128 weighted;
};

PIXMILL_SIXTEENS inline gathered_sixteen
gather_sixteen(const greedy_steps& steps, std::uint32_t tag,
               const std::uint32_t* at, const std::uint32_t* end,
               source_sums& sums, greedy_blocks& blocks,
               std::size_t begin) noexcept {
  auto there = static_cast<std::size_t>(end - at);
  auto tokens = there >= 16 ? _mm512_loadu_si512(at)
                            : _mm512_maskz_loadu_epi32(first_lanes(there), at);
  auto place = _mm512_and_epi32(tokens, _mm512_set1_epi32(63));
  auto next = _mm512_testn_epi32_mask(place, place);
  auto length = static_cast<std::size_t>(
    __builtin_ctz(static_cast<unsigned>(next) | 0x10000u));
  auto lanes = first_lanes(length);
  auto magnitude = _mm512_abs_epi32(_mm512_srai_epi32(tokens, 16));
  auto quotient = _mm512_srli_epi32(
    _mm512_add_epi32(
      _mm512_mullo_epi32(magnitude, look_up(steps.factors.data(), place)),
      _mm512_set1_epi32(0x8000)),
    16);
  auto weight = look_up(steps.weights, place);
  auto before =
    _mm512_mul_ps(_mm512_cvtepi32_ps(magnitude), look_up(steps.from, place));
  auto square = _mm512_maskz_mul_ps(lanes, before, before);
  sums.energy = add_fours(sums.energy, square);
  sums.weighted = add_fours(sums.weighted, _mm512_mul_ps(square, weight));
  auto after =
    _mm512_mul_ps(_mm512_cvtepi32_ps(quotient), look_up(steps.to, place));
  auto gain = _mm512_mul_ps(
    _mm512_mul_ps(after, _mm512_sub_ps(_mm512_add_ps(before, before), after)),
    weight);
  auto size =
    _mm512_sub_epi32(_mm512_set1_epi32(32), _mm512_lzcnt_epi32(quotient));
  auto ones = _mm512_sub_epi32(_mm512_sllv_epi32(_mm512_set1_epi32(1), size),
                               _mm512_set1_epi32(1));
  auto sign = _mm512_and_epi32(_mm512_srai_epi32(tokens, 31), ones);
  auto symbol = _mm512_or_epi32(
    _mm512_slli_epi32(_mm512_xor_epi32(quotient, sign), 10),
    _mm512_or_epi32(size, _mm512_set1_epi32(static_cast<int>(tag))));
  auto some = _mm512_mask_test_epi32_mask(lanes, quotient, quotient);
  _mm512_storeu_si512(blocks.places.data() + begin,
                      _mm512_maskz_compress_epi32(some, place));
  _mm512_storeu_si512(blocks.symbols.data() + begin,
                      _mm512_maskz_compress_epi32(some, symbol));
  _mm512_storeu_ps(blocks.gains.data() + begin,
                   _mm512_maskz_compress_ps(some, gain));
  _mm512_storeu_ps(blocks.before.data() + begin,
                   _mm512_maskz_compress_ps(some, before));
  _mm512_storeu_ps(blocks.after.data() + begin,
                   _mm512_maskz_compress_ps(some, after));
  return {length, static_cast<std::size_t>(_mm_popcnt_u32(some))};
}

/// Reads all blocks.
PIXMILL_SIXTEENS void gather_by_sixteens(std::span<const greedy_block_kind> mcu,
                                         std::size_t mcus,
                                         greedy_position& position,
                                         greedy_blocks& blocks) noexcept {
  std::size_t b = 0;
  std::size_t count = 0;
  auto* at = position.at;
  for (; mcus > 0; --mcus)
    for (auto& kind : mcu) {
      blocks.before_dc[b] = token_value(*at++);
      blocks.begins[b] = count;
      source_sums sums{_mm_setzero_ps(), _mm_setzero_ps()};
      gathered_sixteen found{};
      do {
        found = gather_sixteen(*kind.steps,
                               make_symbol(ac_table(kind.component), 0, 0), at,
                               position.end, sums, blocks, count);
        at += found.length;
        count += found.count;
      } while (found.length == 16);
      blocks.energies[b] = total(sums.energy);
      blocks.visibilities[b] = jpeg_visibility::at(total(sums.weighted));
      ++b;
    }
  blocks.begins[b] = count;
  position.at = at;
}

/// What stays of a block, up to now.
struct kept_of_block {
  std::uint32_t* to;
  std::uint32_t last = 0;      ///< Place of what did not round to zero.
  std::uint32_t last_kept = 0; ///< Place of what stayed.
  unsigned at_end = 0;         ///< Not 0 once the last place stayed.
  __m128 energy;
  __m128 covariance;
};

PIXMILL_SIXTEENS inline std::uint32_t*
put_sixteen(__m512i symbols, __m512i runs, std::size_t count, std::uint32_t tag,
            std::uint32_t* to) noexcept {
  auto is_long = _mm512_mask_cmpge_epu32_mask(first_lanes(count), runs,
                                              _mm512_set1_epi32(16));
  if (is_long == 0) [[likely]] {
    _mm512_storeu_si512(to,
                        _mm512_or_epi32(symbols, _mm512_slli_epi32(runs, 4)));
    return to + count;
  }
  std::array<std::uint32_t, 16> all_symbols;
  std::array<std::uint32_t, 16> all_runs;
  _mm512_storeu_si512(all_symbols.data(), symbols);
  _mm512_storeu_si512(all_runs.data(), runs);
  for (std::size_t i = 0; i < count; ++i)
    to = put(all_symbols[i], all_runs[i], tag, to);
  return to;
}

/// Decides about those from `begin` on, sixteen at most.
PIXMILL_SIXTEENS inline void keep_sixteen(const greedy_prices& prices,
                                          __m512 scale, std::uint32_t tag,
                                          const greedy_blocks& blocks,
                                          std::size_t begin, std::size_t end,
                                          kept_of_block& kept) noexcept {
  auto places = _mm512_loadu_si512(blocks.places.data() + begin);
  auto symbols = _mm512_loadu_si512(blocks.symbols.data() + begin);
  auto gains = _mm512_add_ps(
    _mm512_mul_ps(_mm512_loadu_ps(blocks.gains.data() + begin), scale),
    _mm512_set1_ps(longer_run_bits));
  auto runs = runs_before(places, kept.last);
  auto size = _mm512_and_epi32(symbols, _mm512_set1_epi32(15));
  auto ones = _mm512_cmpeq_epi32_mask(size, _mm512_set1_epi32(1));
  auto price = _mm512_mask_blend_ps(ones, look_up(prices.others, runs),
                                    look_up(prices.ones, runs));
  auto stay =
    _mm512_mask_cmp_ps_mask(first_lanes(std::min<std::size_t>(end - begin, 16)),
                            gains, price, _CMP_GE_OQ);
  auto count = static_cast<std::size_t>(_mm_popcnt_u32(stay));
  auto after = _mm512_maskz_loadu_ps(stay, blocks.after.data() + begin);
  auto before = _mm512_loadu_ps(blocks.before.data() + begin);
  kept.energy = add_fours(kept.energy, _mm512_mul_ps(after, after));
  kept.covariance = add_fours(kept.covariance, _mm512_mul_ps(after, before));
  kept.at_end |=
    _mm512_mask_cmpeq_epi32_mask(stay, places, _mm512_set1_epi32(63));
  auto kept_places = _mm512_maskz_compress_epi32(stay, places);
  kept.to =
    put_sixteen(_mm512_maskz_compress_epi32(stay, symbols),
                runs_before(kept_places, kept.last_kept), count, tag, kept.to);
  if (end - begin > 16) [[unlikely]] {
    kept.last = blocks.places[begin + 15];
    if (stay != 0)
      kept.last_kept =
        blocks
          .places[begin + 31 - static_cast<std::size_t>(__builtin_clz(stay))];
  }
}

} // namespace

PIXMILL_SIXTEENS void
quantize_by_sixteens(std::span<const greedy_block_kind> mcu, std::size_t mcus,
                     float worth, greedy_position& position,
                     greedy_blocks& blocks) {
  // Two passes, each of which waits for little within a block, so that the
  // processor has several of them at once in hand.
  gather_by_sixteens(mcu, mcus, position, blocks);
  std::size_t b = 0;
  for (; mcus > 0; --mcus)
    for (auto& kind : mcu) {
      put_dc(b, kind, position, blocks);
      const auto scale = _mm512_set1_ps(worth * blocks.visibilities[b]);
      const auto tag = make_symbol(ac_table(kind.component), 0, 0);
      kept_of_block kept{.to = position.to,
                         .energy = _mm_setzero_ps(),
                         .covariance = _mm_setzero_ps()};
      auto begin = blocks.begins[b];
      const auto end = blocks.begins[b + 1];
      do {
        keep_sixteen(*kind.prices, scale, tag, blocks, begin, end, kept);
        begin += 16;
      } while (begin < end);
      *kept.to = tag;
      position.to = kept.to + (kept.at_end == 0 ? 1 : 0);
      blocks.energies[b] += total(kept.energy);
      blocks.covariances[b] = total(kept.covariance);
      ++b;
    }
}

bool can_quantize_by_sixteens() noexcept {
  return __builtin_cpu_supports("avx512f") != 0
         && __builtin_cpu_supports("avx512cd") != 0
         && __builtin_cpu_supports("avx512dq") != 0
         && __builtin_cpu_supports("avx512vl") != 0
         && __builtin_cpu_supports("bmi2") != 0
         && __builtin_cpu_supports("popcnt") != 0;
}

#else

void quantize_by_sixteens(std::span<const greedy_block_kind> mcu,
                          std::size_t mcus, float worth,
                          greedy_position& position, greedy_blocks& blocks) {
  quantize_one_by_one(mcu, mcus, worth, position, blocks);
}

bool can_quantize_by_sixteens() noexcept {
  return false;
}

#endif

} // namespace pixmill::imaging
