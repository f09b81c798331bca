#include <algorithm>
#include <bit>

#include "imaging/jpeg_greedy_blocks.hpp"
#include "imaging/jpeg_greedy_parts.hpp"
#include "imaging/jpeg_visibility.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace pixmill::imaging {

#if defined(__x86_64__)

#define PIXMILL_EIGHTS __attribute__((target("avx2,bmi,popcnt")))

namespace {

/// Which lanes a mask picks, in order, packed by bytes.
constexpr auto picked_lanes = [] {
  std::array<std::uint64_t, 256> result{};
  for (unsigned mask = 0; mask < 256; ++mask) {
    unsigned count = 0;
    for (std::uint64_t lane = 0; lane < 8; ++lane)
      if ((mask >> lane & 1) != 0)
        result[mask] |= lane << (8 * count++);
  }
  return result;
}();

PIXMILL_EIGHTS inline __m256i picking(unsigned mask) noexcept {
  return _mm256_cvtepu8_epi32(
    _mm_cvtsi64_si128(static_cast<long long>(picked_lanes[mask])));
}

PIXMILL_EIGHTS inline __m256i splat(std::uint32_t value) noexcept {
  return _mm256_set1_epi32(static_cast<int>(value));
}

PIXMILL_EIGHTS inline __m256i lanes_below(std::size_t count) noexcept {
  return _mm256_cmpgt_epi32(splat(static_cast<std::uint32_t>(count)),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

PIXMILL_EIGHTS inline unsigned mask_of(__m256i lanes) noexcept {
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(lanes)));
}

PIXMILL_EIGHTS inline void store(void* to, __m256i values) noexcept {
  _mm256_storeu_si256(static_cast<__m256i*>(to), values);
}

PIXMILL_EIGHTS inline __m256i load(const void* from) noexcept {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

PIXMILL_EIGHTS inline void store(void* to, __m256 values,
                                 __m256i picked) noexcept {
  _mm256_storeu_ps(static_cast<float*>(to),
                   _mm256_permutevar8x32_ps(values, picked));
}

/// Sums in which what is the nth went into the (n mod 4)th.
PIXMILL_EIGHTS inline __m128 add_fours(__m128 sum, __m256 values) noexcept {
  return _mm_add_ps(_mm_add_ps(sum, _mm256_castps256_ps128(values)),
                    _mm256_extractf128_ps(values, 1));
}

PIXMILL_EIGHTS inline float total(__m128 sum) noexcept {
  auto pairs = _mm_add_ps(sum, _mm_shuffle_ps(sum, sum, 0xb1));
  return _mm_cvtss_f32(_mm_add_ss(pairs, _mm_movehl_ps(pairs, pairs)));
}

/// Returns the runs of zeros before `places`, the first of which follows upon
/// `last`.
PIXMILL_EIGHTS inline __m256i runs_before(__m256i places,
                                          std::uint32_t last) noexcept {
  auto turned = _mm256_permutevar8x32_epi32(
    places, _mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6));
  auto before = _mm256_blend_epi32(turned, splat(last), 1);
  return _mm256_sub_epi32(_mm256_sub_epi32(places, before), splat(1));
}

/// What eight coefficients are worth.
struct eight_steps {
  __m256i factors;
  __m256 from;
  __m256 to;
  __m256 weights;
};

/// Eight loads and a transposition: gathering would take four times eight.
PIXMILL_EIGHTS inline eight_steps look_up(const greedy_steps& steps,
                                          const std::uint32_t* at) noexcept {
  auto both = [&](std::size_t lane) PIXMILL_EIGHTS {
    return _mm256_insertf128_ps(
      _mm256_castps128_ps256(
        _mm_load_ps(steps.all[token_position(at[lane])].data())),
      _mm_load_ps(steps.all[token_position(at[lane + 4])].data()), 1);
  };
  auto a = both(0);
  auto b = both(1);
  auto c = both(2);
  auto d = both(3);
  auto ab_low = _mm256_unpacklo_ps(a, b);
  auto cd_low = _mm256_unpacklo_ps(c, d);
  auto ab_high = _mm256_unpackhi_ps(a, b);
  auto cd_high = _mm256_unpackhi_ps(c, d);
  return {_mm256_castps_si256(_mm256_shuffle_ps(ab_low, cd_low, 0x44)),
          _mm256_shuffle_ps(ab_low, cd_low, 0xee),
          _mm256_shuffle_ps(ab_high, cd_high, 0x44),
          _mm256_shuffle_ps(ab_high, cd_high, 0xee)};
}

/// Up to eight coefficients.
struct gathered_eight {
  std::size_t length; ///< Of the source.
  std::size_t count;  ///< That do not round to zero.
};

struct source_sums {
  __m128 energy;
  __m128 weighted;
};

/// Returns symbols without runs.
PIXMILL_EIGHTS inline __m256i symbols_of(__m256i tokens, __m256i quotients,
                                         __m256 levels,
                                         std::uint32_t tag) noexcept {
  // The exponent of a float says how many bits its whole number has.
  auto sizes = _mm256_sub_epi32(
    _mm256_srli_epi32(_mm256_castps_si256(levels), 23), splat(126));
  auto ones = _mm256_sub_epi32(_mm256_sllv_epi32(splat(1), sizes), splat(1));
  auto signs = _mm256_and_si256(_mm256_srai_epi32(tokens, 31), ones);
  return _mm256_or_si256(
    _mm256_slli_epi32(_mm256_xor_si256(quotients, signs), 10),
    _mm256_or_si256(sizes, splat(tag)));
}

PIXMILL_EIGHTS inline gathered_eight
gather_eight(const greedy_steps& steps, std::uint32_t tag,
             const std::uint32_t* at, const std::uint32_t* end,
             source_sums& sums, greedy_blocks& blocks,
             std::size_t begin) noexcept {
  std::array<std::uint32_t, 8> rest{};
  if (end - at < 8) [[unlikely]] {
    std::copy(at, end, rest.begin());
    at = rest.data();
  }
  auto tokens = load(at);
  auto place = _mm256_and_si256(tokens, splat(63));
  auto next = mask_of(_mm256_cmpeq_epi32(place, _mm256_setzero_si256()));
  auto length = static_cast<std::size_t>(__builtin_ctz(next | 0x100));
  auto lanes = lanes_below(length);
  auto worth = look_up(steps, at);
  auto magnitude = _mm256_abs_epi32(_mm256_srai_epi32(tokens, 16));
  auto quotient = _mm256_srli_epi32(
    _mm256_add_epi32(_mm256_mullo_epi32(magnitude, worth.factors),
                     splat(0x8000)),
    16);
  auto before = _mm256_mul_ps(_mm256_cvtepi32_ps(magnitude), worth.from);
  auto square =
    _mm256_and_ps(_mm256_mul_ps(before, before), _mm256_castsi256_ps(lanes));
  sums.energy = add_fours(sums.energy, square);
  sums.weighted =
    add_fours(sums.weighted, _mm256_mul_ps(square, worth.weights));
  auto level = _mm256_cvtepi32_ps(quotient);
  auto after = _mm256_mul_ps(level, worth.to);
  auto gain = _mm256_mul_ps(
    _mm256_mul_ps(after, _mm256_sub_ps(_mm256_add_ps(before, before), after)),
    worth.weights);
  auto some = mask_of(_mm256_andnot_si256(
    _mm256_cmpeq_epi32(quotient, _mm256_setzero_si256()), lanes));
  auto picked = picking(some);
  store(blocks.places.data() + begin,
        _mm256_permutevar8x32_epi32(place, picked));
  store(blocks.symbols.data() + begin,
        _mm256_permutevar8x32_epi32(symbols_of(tokens, quotient, level, tag),
                                    picked));
  store(blocks.gains.data() + begin, gain, picked);
  store(blocks.before.data() + begin, before, picked);
  store(blocks.after.data() + begin, after, picked);
  return {length, static_cast<std::size_t>(_mm_popcnt_u32(some))};
}

/// Reads all blocks.
PIXMILL_EIGHTS void gather_by_eights(std::span<const greedy_block_kind> mcu,
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
      gathered_eight found{};
      do {
        found =
          gather_eight(*kind.steps, make_symbol(ac_table(kind.component), 0, 0),
                       at, position.end, sums, blocks, count);
        at += found.length;
        count += found.count;
      } while (found.length == 8);
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
  __m128 energy;
  __m128 covariance;
};

PIXMILL_EIGHTS inline std::uint32_t* put_eight(__m256i symbols, __m256i runs,
                                               std::size_t count,
                                               std::uint32_t tag,
                                               std::uint32_t* to) noexcept {
  auto is_long =
    _mm256_and_si256(_mm256_cmpgt_epi32(runs, splat(15)), lanes_below(count));
  if (_mm256_testz_si256(is_long, is_long) != 0) [[likely]] {
    store(to, _mm256_or_si256(symbols, _mm256_slli_epi32(runs, 4)));
    return to + count;
  }
  std::array<std::uint32_t, 8> all_symbols;
  std::array<std::uint32_t, 8> all_runs;
  store(all_symbols.data(), symbols);
  store(all_runs.data(), runs);
  for (std::size_t i = 0; i < count; ++i)
    to = put(all_symbols[i], all_runs[i], tag, to);
  return to;
}

/// Decides about those from `begin` on, eight at most.
PIXMILL_EIGHTS inline void keep_eight(const greedy_prices& prices, __m256 scale,
                                      std::uint32_t tag,
                                      const greedy_blocks& blocks,
                                      std::size_t begin, std::size_t end,
                                      kept_of_block& kept) noexcept {
  auto there = std::min<std::size_t>(end - begin, 8);
  auto lanes = lanes_below(there);
  auto places = load(blocks.places.data() + begin);
  auto symbols = load(blocks.symbols.data() + begin);
  auto gains = _mm256_add_ps(
    _mm256_mul_ps(_mm256_loadu_ps(blocks.gains.data() + begin), scale),
    _mm256_set1_ps(longer_run_bits));
  auto sizes = _mm256_and_si256(symbols, splat(15));
  // `others` are 64 behind `ones`.
  auto further =
    _mm256_andnot_si256(_mm256_cmpeq_epi32(sizes, splat(1)), splat(64));
  auto price = _mm256_mask_i32gather_ps(
    _mm256_setzero_ps(), prices.ones.data(),
    _mm256_add_epi32(runs_before(places, kept.last), further),
    _mm256_castsi256_ps(lanes), 4);
  auto staying = _mm256_and_ps(_mm256_cmp_ps(gains, price, _CMP_GE_OQ),
                               _mm256_castsi256_ps(lanes));
  auto stay = static_cast<unsigned>(_mm256_movemask_ps(staying));
  auto count = static_cast<std::size_t>(_mm_popcnt_u32(stay));
  auto after =
    _mm256_and_ps(_mm256_loadu_ps(blocks.after.data() + begin), staying);
  auto before =
    _mm256_and_ps(_mm256_loadu_ps(blocks.before.data() + begin), staying);
  kept.energy = add_fours(kept.energy, _mm256_mul_ps(after, after));
  kept.covariance = add_fours(kept.covariance, _mm256_mul_ps(after, before));
  auto picked = picking(stay);
  kept.to = put_eight(
    _mm256_permutevar8x32_epi32(symbols, picked),
    runs_before(_mm256_permutevar8x32_epi32(places, picked), kept.last_kept),
    count, tag, kept.to);
  // Whether any stayed is not to be guessed: 0 is then picked from before.
  auto last_place = blocks.places[begin + (31u - std::countl_zero(stay | 1u))];
  kept.last_kept = stay != 0 ? last_place : kept.last_kept;
  kept.last = blocks.places[begin + 7];
}

} // namespace

PIXMILL_EIGHTS void quantize_by_eights(std::span<const greedy_block_kind> mcu,
                                       std::size_t mcus, float worth,
                                       greedy_position& position,
                                       greedy_blocks& blocks) {
  gather_by_eights(mcu, mcus, position, blocks);
  std::size_t b = 0;
  for (; mcus > 0; --mcus)
    for (auto& kind : mcu) {
      put_dc(b, kind, position, blocks);
      const auto scale = _mm256_set1_ps(worth * blocks.visibilities[b]);
      const auto tag = make_symbol(ac_table(kind.component), 0, 0);
      kept_of_block kept{.to = position.to,
                         .energy = _mm_setzero_ps(),
                         .covariance = _mm_setzero_ps()};
      auto begin = blocks.begins[b];
      const auto end = blocks.begins[b + 1];
      do {
        keep_eight(*kind.prices, scale, tag, blocks, begin, end, kept);
        begin += 8;
      } while (begin < end);
      *kept.to = tag;
      position.to = kept.to + (kept.last_kept != 63 ? 1 : 0);
      blocks.energies[b] += total(kept.energy);
      blocks.covariances[b] = total(kept.covariance);
      ++b;
    }
}

bool can_quantize_by_eights() noexcept {
  return __builtin_cpu_supports("avx2") != 0
         && __builtin_cpu_supports("bmi") != 0
         && __builtin_cpu_supports("popcnt") != 0;
}

#else

void quantize_by_eights(std::span<const greedy_block_kind> mcu,
                        std::size_t mcus, float worth,
                        greedy_position& position, greedy_blocks& blocks) {
  quantize_one_by_one(mcu, mcus, worth, position, blocks);
}

bool can_quantize_by_eights() noexcept {
  return false;
}

#endif

} // namespace pixmill::imaging
