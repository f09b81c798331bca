#include "imaging/jpeg_quantizer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace pixmill::imaging {

namespace {

/// Errors hide where much is going on: they count as the fourth root of this
/// over the block's own energy, to which the second is added.
constexpr float usual_energy = 20'000;
constexpr float hardly_visible = 3'700;

/// Returns what an error counts in a block of this energy, within 1 %: of a
/// table by the exponent and the first bits of the number, as two roots and a
/// quotient would be waited for by every decision in the block.
float visibility_at(float energy) {
  constexpr int mantissa_bits = 4;
  constexpr int shift = 23 - mantissa_bits;
  static const auto table = [] {
    std::array<float, 256 << mantissa_bits> values;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      // The middle of what shares these bits.
      auto middle = std::bit_cast<float>(i << shift | 1u << (shift - 1));
      values[i] = std::sqrt(std::sqrt(usual_energy / middle));
    }
    return values;
  }();
  return table[std::bit_cast<std::uint32_t>(energy + hardly_visible) >> shift];
}

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

jpeg_quantizer::jpeg_quantizer(const jpeg_tokens& picture,
                               std::vector<quant_table> tables,
                               const std::vector<error_weights>& weights,
                               effort how)
    : picture_(picture), roots_(weights), to_(std::move(tables)), effort_(how) {
  for (auto& roots : roots_)
    for (auto& root : roots)
      root = std::sqrt(root);
  for (std::size_t i = 0; i < to_.size(); ++i) {
    auto& from = picture.components[i].table;
    component_steps one;
    one.factors = divide(from, to_[i]);
    for (std::size_t k = 0; k < 64; ++k) {
      auto factor = one.factors[k];
      one.least[k] = (0x8000 + factor - 1) / factor;
      one.steps.shown_from[k] = from[natural_order[k]];
      one.steps.shown_to[k] = to_[i][natural_order[k]];
      auto square = one.steps.shown_from[k] * one.steps.shown_from[k];
      one.squares[k] = {weights[i][k] * square, square};
    }
    one.from_dc = one.steps.shown_from[0];
    one.to_dc = one.steps.shown_to[0];
    components_.push_back(one);
  }
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
        prices.values[size][run] =
          static_cast<float>(run / 16) * ac[zero_run_symbol]
          + ac[(run % 16) << 4 | size] + static_cast<float>(size);
  }
}

void jpeg_quantizer::set_lambda(double lambda) {
  lambda_ = lambda;
  // Errors are measured in bits, which keeps the prices as they are.
  auto unit = static_cast<float>(1 / std::sqrt(lambda));
  for (std::size_t i = 0; i < components_.size(); ++i) {
    auto& steps = components_[i].steps;
    for (std::size_t k = 0; k < 64; ++k) {
      auto root = roots_[i][k] * unit;
      steps.from[k] = root * steps.shown_from[k];
      steps.to[k] = root * steps.shown_to[k];
    }
  }
}

double jpeg_quantizer::run(std::size_t row, token_row source,
                           std::uint32_t*& out, scan_counts& counts,
                           dc_edges& edges, jpeg_similarity& likeness) {
  edges = {};
  likeness.begin(row);
  double bits = 0;
  auto* at = source.begin;
  auto* to = out;
  block_candidates found;
  for (std::uint32_t mcu = 0; mcu < picture_.mcus_across; ++mcu)
    for (std::size_t i = 0; i < components_.size(); ++i) {
      auto& component = components_[i];
      auto& sampling = picture_.components[i];
      auto kind = dc_table(i);
      auto table = ac_table(i);
      for (std::uint32_t b = 0, x = 0, y = 0;
           b < std::uint32_t{sampling.across} * sampling.down; ++b) {
        auto before = token_value(*at++);
        auto dc = requantized(before, component.factors[0]);
        if (!edges.first[i]) {
          edges.first[i] = dc;
          edges.first_at[i] = static_cast<std::size_t>(to - out);
        }
        auto word = make_dc_symbol(i, dc - std::exchange(edges.last[i], dc));
        *to++ = word;
        ++counts[kind][symbol_code(word)];
        at = gather(at, source.end, component, found);
        auto chosen = effort_ == effort::trellis
                        ? choose_by_trellis(ac_prices_[kind], component.steps,
                                            found, table, counts[table], to)
                        : choose_greedily(ac_prices_[kind], component.steps,
                                          found, table, counts[table], to);
        bits += static_cast<double>(chosen.bits
                                    + dc_prices_[kind][symbol_code(word) & 15]);
        likeness.add(i, mcu * sampling.across + x,
                     static_cast<std::uint32_t>(row) * sampling.down + y,
                     {static_cast<float>(before) * component.from_dc,
                      static_cast<float>(dc) * component.to_dc,
                      found.energy + chosen.energy, chosen.covariance});
        if (++x == sampling.across) {
          x = 0;
          ++y;
        }
      }
    }
  out = to;
  return bits;
}

const std::uint32_t* jpeg_quantizer::gather(const std::uint32_t* at,
                                            const std::uint32_t* end,
                                            const component_steps& component,
                                            block_candidates& found) {
  std::size_t next = 1;
  float weighted = 0;
  float energy = 0;
  for (; at != end; ++at) {
    auto token = *at;
    auto position = token_position(token);
    if (position == 0)
      break;
    auto magnitude = static_cast<std::uint32_t>(std::abs(token_value(token)));
    auto square = static_cast<float>(static_cast<int>(magnitude * magnitude));
    weighted += square * component.squares[position][0];
    energy += square * component.squares[position][1];
    found.tokens[next] = token;
    found.quotients[next] = static_cast<std::int32_t>(
      (magnitude * component.factors[position] + 0x8000) >> 16);
    next += magnitude >= component.least[position] ? 1 : 0;
  }
  found.count = next - 1;
  found.energy = energy;
  found.visibility = visibility_at(weighted);
  return at;
}

} // namespace pixmill::imaging
