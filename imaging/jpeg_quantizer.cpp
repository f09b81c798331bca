#include "imaging/jpeg_quantizer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

namespace pixmill::imaging {

namespace {

/// More nonzero coefficients in a row than this are never dropped at once.
constexpr std::size_t most_dropped = 8;

/// A dropped coefficient lengthens the run before the next one.
constexpr float longer_run_bits = 0.8F;

/// A coefficient is certain to stay if its error is worth more bits than it
/// takes and these: what the next one might save by the gap.
constexpr float safety_bits = 4;

/// Errors hide where much is going on: they count as the fourth root of this
/// over the block's own energy, to which the second is added.
constexpr float usual_energy = 20'000;
constexpr float hardly_visible = 3'700;

/// Lengths of ideal codes. Symbols that do not occur cost a little more than
/// the rarest.
std::array<float, 256> ideal_lengths(const symbol_counts& counts) {
  double total = 1;
  for (auto count : counts)
    total += count;
  std::array<float, 256> lengths{};
  for (std::size_t i = 0; i < 256; ++i)
    lengths[i] = static_cast<float>(std::min(
      std::log2(total / (counts[i] == 0 ? 0.5 : double{1.0} * counts[i])),
      16.0));
  return lengths;
}

} // namespace

struct jpeg_quantizer::candidates {
  std::array<std::uint32_t, 65> positions;
  std::array<float, 65> values; ///< In weighted errors.
  std::array<float, 65> steps;  ///< One unit of the output.
  std::array<std::int32_t, 65> quotients;
  std::array<std::uint32_t, 65> tokens; ///< Of the source, for the sign.
  std::size_t count = 0;
  float visibility = 1; ///< What an error counts in this block.
  /// Those that stay, last first.
  std::array<std::uint8_t, 65> kept;
  std::size_t kept_count = 0;
};

jpeg_quantizer::jpeg_quantizer(const jpeg_tokens& picture,
                               std::vector<quant_table> tables,
                               const std::vector<error_weights>& weights,
                               effort how)
    : roots_(weights), to_(std::move(tables)), effort_(how) {
  for (auto& component : picture.components)
    from_.push_back(component.table);
  for (auto& roots : roots_)
    for (auto& root : roots)
      root = std::sqrt(root);
  for (std::size_t i = 0; i < to_.size(); ++i)
    steps_.push_back({{}, {}, divide(from_[i], to_[i])});
  set_lambda(1);
}

void jpeg_quantizer::set_prices(const scan_counts& counts) {
  for (std::size_t kind = 0; kind < 2; ++kind) {
    auto dc = ideal_lengths(counts[kind]);
    for (std::size_t size = 0; size < 16; ++size)
      dc_prices_[kind][size] = dc[size] + static_cast<float>(size);
    auto ac = ideal_lengths(counts[kind + 2]);
    auto& prices = ac_prices_[kind];
    prices.end = ac[0];
    for (std::size_t run = 0; run < 64; ++run)
      for (std::size_t size = 1; size < 16; ++size)
        prices.values[run][size] =
          static_cast<float>(run / 16) * ac[zero_run_symbol]
          + ac[(run % 16) << 4 | size] + static_cast<float>(size);
  }
}

void jpeg_quantizer::set_lambda(double lambda) {
  lambda_ = lambda;
  // Errors are measured in bits, which keeps the prices as they are.
  auto unit = static_cast<float>(1 / std::sqrt(lambda));
  for (std::size_t i = 0; i < steps_.size(); ++i)
    for (std::size_t k = 0; k < 64; ++k) {
      auto root = roots_[i][k] * unit;
      steps_[i].from[k] = root * from_[i][natural_order[k]];
      steps_[i].to[k] = root * to_[i][natural_order[k]];
    }
}

double jpeg_quantizer::run(token_row source, std::uint32_t*& out,
                           scan_counts& counts, dc_edges& edges) {
  edges = {};
  double bits = 0;
  auto* to = out;
  candidates found;
  for (auto* at = source.begin; at != source.end;) {
    auto component = token_component(*at);
    auto kind = dc_table(component);
    auto& steps = steps_[component];
    auto dc = requantized(token_value(*at++), steps.factors[0]);
    if (!edges.first[component])
      edges.first[component] = dc;
    auto change = dc - std::exchange(edges.last[component], dc);
    auto size = bit_size(static_cast<std::uint32_t>(std::abs(change))) & 15;
    ++counts[kind][size];
    bits += static_cast<double>(dc_prices_[kind][size]);
    *to++ = make_token(dc, component, 0);
    at = gather(at, source.end, steps, found);
    auto& prices = ac_prices_[kind];
    bits += effort_ == effort::trellis ? decide_by_trellis(prices, found)
                                       : decide_greedily(prices, found);
    to = put_kept(found, to, counts[ac_table(component)]);
  }
  out = to;
  return bits;
}

std::uint32_t* jpeg_quantizer::put_kept(const candidates& found,
                                        std::uint32_t* to,
                                        symbol_counts& counts) {
  std::uint32_t last = 0;
  for (auto i = found.kept_count; i-- > 0;) {
    auto chosen = found.kept[i];
    auto value = found.quotients[chosen];
    auto token = found.tokens[chosen];
    auto sign = static_cast<std::int32_t>(token) >> 31;
    *to++ =
      static_cast<std::uint32_t>((value ^ sign) - sign) << 16 | (token & 0xff);
    auto position = token_position(token);
    auto run = position - last - 1;
    last = position;
    counts[zero_run_symbol] += run >> 4;
    ++counts[(run & 15) << 4 | bit_size(static_cast<std::uint32_t>(value))];
  }
  counts[0] += last == 63 ? 0 : 1;
  return to;
}

const std::uint32_t* jpeg_quantizer::gather(const std::uint32_t* at,
                                            const std::uint32_t* end,
                                            const component_steps& steps,
                                            candidates& found) const {
  std::size_t next = 1;
  float energy = 0;
  for (; at != end; ++at) {
    auto token = *at;
    auto position = token_position(token);
    if (position == 0)
      break;
    auto magnitude = static_cast<std::uint32_t>(std::abs(token_value(token)));
    auto quotient = (magnitude * steps.factors[position] + 0x8000) >> 16;
    found.positions[next] = position;
    found.values[next] = static_cast<float>(magnitude) * steps.from[position];
    found.steps[next] = steps.to[position];
    found.quotients[next] = static_cast<std::int32_t>(quotient);
    found.tokens[next] = token;
    energy += found.values[next] * found.values[next];
    next += quotient != 0 ? 1 : 0;
  }
  found.count = next - 1;
  // In the errors that lambda is a multiple of, not in bits.
  energy *= static_cast<float>(lambda_);
  found.visibility =
    std::sqrt(std::sqrt(usual_energy / (energy + hardly_visible)));
  return at;
}

double jpeg_quantizer::decide_by_trellis(const ac_prices& prices,
                                         candidates& found) const {
  // What is gained by coding up to each candidate, against dropping all.
  std::array<float, 65> gains;
  std::array<std::uint8_t, 65> before;
  gains[0] = 0;
  found.positions[0] = 0;
  std::size_t first = 0;
  for (std::size_t i = 1; i <= found.count; ++i) {
    auto position = found.positions[i];
    auto value = found.values[i];
    auto quotient = found.quotients[i];
    auto start = std::max(first, i > most_dropped ? i - most_dropped : 0);
    auto size = bit_size(static_cast<std::uint32_t>(quotient));
    auto cheapest = std::numeric_limits<float>::max();
    std::size_t from = start;
    for (auto p = start; p < i; ++p) {
      auto price =
        gains[p] + prices.values[position - found.positions[p] - 1][size];
      if (price < cheapest) {
        cheapest = price;
        from = p;
      }
    }
    auto error = value - static_cast<float>(quotient) * found.steps[i];
    auto saved = found.visibility * (value * value - error * error);
    auto gain = cheapest - saved;
    // The next lower size: one bit less at least.
    if (quotient > 1 && (quotient & (quotient - 1)) == 0) {
      auto lower = quotient - 1;
      auto lower_error = value - static_cast<float>(lower) * found.steps[i];
      auto lower_saved =
        found.visibility * (value * value - lower_error * lower_error);
      for (auto p = start; p < i; ++p) {
        auto price =
          gains[p] + prices.values[position - found.positions[p] - 1][size - 1]
          - lower_saved;
        if (price < gain) {
          gain = price;
          from = p;
          found.quotients[i] = lower;
        }
      }
    }
    gains[i] = gain;
    before[i] = static_cast<std::uint8_t>(from);
    auto own =
      prices.values[position - found.positions[first] - 1][size] + safety_bits;
    if (saved > own)
      first = i;
  }
  auto best = std::numeric_limits<float>::max();
  std::size_t last = first;
  for (auto i = first; i <= found.count; ++i) {
    auto total = gains[i] + (found.positions[i] == 63 ? 0 : prices.end);
    if (total < best) {
      best = total;
      last = i;
    }
  }
  found.kept_count = 0;
  auto bits = found.positions[last] == 63 ? 0.0F : prices.end;
  for (auto i = last; i != 0; i = before[i]) {
    found.kept[found.kept_count++] = static_cast<std::uint8_t>(i);
    bits +=
      prices.values[found.positions[i] - found.positions[before[i]] - 1]
                   [bit_size(static_cast<std::uint32_t>(found.quotients[i]))];
  }
  return static_cast<double>(bits);
}

double jpeg_quantizer::decide_greedily(const ac_prices& prices,
                                       candidates& found) const {
  std::array<std::uint8_t, 65> kept;
  std::size_t count = 0;
  std::uint32_t last = 0;
  float bits = 0;
  for (std::size_t i = 1; i <= found.count; ++i) {
    auto position = found.positions[i];
    auto quotient = found.quotients[i];
    auto value = found.values[i];
    auto price = prices.values[position - last - 1]
                              [bit_size(static_cast<std::uint32_t>(quotient))];
    auto error = value - static_cast<float>(quotient) * found.steps[i];
    if (found.visibility * (value * value - error * error) + longer_run_bits
        < price)
      continue;
    kept[count++] = static_cast<std::uint8_t>(i);
    bits += price;
    last = position;
  }
  std::reverse_copy(kept.begin(),
                    kept.begin() + static_cast<std::ptrdiff_t>(count),
                    found.kept.begin());
  found.kept_count = count;
  return static_cast<double>(bits + (last == 63 ? 0 : prices.end));
}

} // namespace pixmill::imaging
