#include "imaging/jpeg_greedy_blocks.hpp"

#include <cstdlib>
#include <utility>

#include "imaging/jpeg_greedy_parts.hpp"
#include "imaging/jpeg_visibility.hpp"

namespace pixmill::imaging {

namespace {

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

greedy_quantizer fastest_greedy_quantizer() noexcept {
  return can_quantize_by_eights() ? quantize_by_eights : quantize_one_by_one;
}

} // namespace pixmill::imaging
