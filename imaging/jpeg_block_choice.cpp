#include "imaging/jpeg_block_choice.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace pixmill::imaging {

namespace {

/// More nonzero coefficients in a row than this are never dropped at once.
constexpr std::size_t most_dropped = 8;

/// A coefficient is certain to stay if its error is worth more bits than it
/// takes and these: what the next one might save by the gap.
constexpr float safety_bits = 4;

unsigned size_of(std::int32_t quotient) noexcept {
  return bit_size(static_cast<std::uint32_t>(quotient));
}

float magnitude_of(std::uint32_t token) noexcept {
  return static_cast<float>(std::abs(token_value(token)));
}

/// Puts one coefficient after the other.
class symbol_sink {
public:
  symbol_sink(std::size_t table, symbol_counts& counts,
              const block_steps& steps, std::uint32_t* to) noexcept
      : counts_(counts), steps_(steps), to_(to),
        tag_(make_symbol(table, 0, 0)) {}

  void put(std::uint32_t token, std::int32_t quotient) noexcept {
    auto position = token_position(token);
    auto run = position - last_ - 1;
    last_ = position;
    for (; run >= 16; run -= 16) {
      ++counts_[zero_run_symbol];
      *to_++ = tag_ | zero_run_symbol;
    }
    auto size = size_of(quotient);
    auto symbol = run << 4 | size;
    ++counts_[symbol];
    auto sign = static_cast<std::int32_t>(token) >> 31;
    *to_++ = bits_of((quotient ^ sign) - sign, size) << 10 | tag_ | symbol;
    auto after = static_cast<float>(quotient) * steps_.shown_to[position];
    energy_ += after * after;
    covariance_ += after * magnitude_of(token) * steps_.shown_from[position];
  }

  std::uint32_t last() const noexcept {
    return last_;
  }

  block_choice finish(float bits, std::uint32_t*& to) noexcept {
    if (last_ != 63) {
      ++counts_[0];
      *to_++ = tag_;
    }
    to = to_;
    return {bits, energy_, covariance_};
  }

private:
  symbol_counts& counts_;
  const block_steps& steps_;
  std::uint32_t* to_;
  std::uint32_t tag_;
  std::uint32_t last_ = 0;
  float energy_ = 0;
  float covariance_ = 0;
};

/// The cheapest ways to each candidate; 0 stands for none.
struct cheapest_ways {
  /// What is gained by coding up to it, against dropping all.
  std::array<float, 65> gains;
  std::array<std::uint32_t, 65> positions;
  std::array<std::uint8_t, 65> before; ///< The one that is kept before it.
};

/// Finds the way that costs the least, and may lower quotients on it.
/// @returns The last candidate that is kept.
std::size_t find_cheapest(const ac_prices& prices, const block_steps& steps,
                          block_candidates& found, cheapest_ways& ways) {
  auto& [gains, positions, before] = ways;
  gains[0] = 0;
  positions[0] = 0;
  std::size_t first = 0;
  for (std::size_t i = 1; i <= found.count; ++i) {
    auto token = found.tokens[i];
    auto position = token_position(token);
    positions[i] = position;
    auto value = magnitude_of(token) * steps.from[position];
    auto step = steps.to[position];
    auto quotient = found.quotients[i];
    auto size = size_of(quotient);
    auto start = std::max(first, i > most_dropped ? i - most_dropped : 0);
    auto& by_run = prices.values[size];
    auto cheapest = std::numeric_limits<float>::max();
    std::size_t from = start;
    for (auto p = start; p < i; ++p) {
      auto price = gains[p] + by_run[position - positions[p] - 1];
      from = price < cheapest ? p : from;
      cheapest = std::min(price, cheapest);
    }
    auto kept = static_cast<float>(quotient) * step;
    auto saved = found.visibility * kept * (2 * value - kept);
    auto gain = cheapest - saved;
    // The next lower size: one bit less at least.
    if (quotient > 1 && (quotient & (quotient - 1)) == 0) {
      auto lower = static_cast<float>(quotient - 1) * step;
      auto lower_saved = found.visibility * lower * (2 * value - lower);
      for (auto p = start; p < i; ++p) {
        auto price = gains[p]
                     + prices.values[size - 1][position - positions[p] - 1]
                     - lower_saved;
        if (price < gain) {
          gain = price;
          from = p;
          found.quotients[i] = quotient - 1;
        }
      }
    }
    gains[i] = gain;
    before[i] = static_cast<std::uint8_t>(from);
    if (saved > by_run[position - positions[first] - 1] + safety_bits)
      first = i;
  }
  auto best = std::numeric_limits<float>::max();
  std::size_t last = first;
  for (auto i = first; i <= found.count; ++i) {
    auto total = gains[i] + (positions[i] == 63 ? 0 : prices.end);
    if (total < best) {
      best = total;
      last = i;
    }
  }
  return last;
}

} // namespace

block_choice choose_by_trellis(const ac_prices& prices,
                               const block_steps& steps,
                               block_candidates& found, std::size_t table,
                               symbol_counts& counts, std::uint32_t*& to) {
  cheapest_ways ways;
  const auto last = find_cheapest(prices, steps, found, ways);
  auto& [gains, positions, before] = ways;
  // Backwards, then forwards.
  std::array<std::uint8_t, 65> after;
  auto bits = positions[last] == 63 ? 0.0F : prices.end;
  for (auto i = last; i != 0; i = before[i]) {
    after[before[i]] = static_cast<std::uint8_t>(i);
    bits += prices.values[size_of(found.quotients[i])]
                         [positions[i] - positions[before[i]] - 1];
  }
  symbol_sink sink(table, counts, steps, to);
  for (std::size_t i = 0; i != last;) {
    i = after[i];
    sink.put(found.tokens[i], found.quotients[i]);
  }
  return sink.finish(bits, to);
}

} // namespace pixmill::imaging
