#include "imaging/jpeg_quantizer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "imaging/jpeg_visibility.hpp"

namespace pixmill::imaging {

namespace {

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
    one.greedy.factors = one.factors;
    one.greedy.from = one.steps.shown_from;
    one.greedy.to = one.steps.shown_to;
    one.greedy.weights = weights[i];
    one.greedy.complete();
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
          static_cast<float>(run >> 4) * ac[zero_run_symbol]
          + ac[(run % 16) << 4 | size] + static_cast<float>(size);
    greedy_prices_[kind].ones = prices.values[1];
    greedy_prices_[kind].others = prices.values[2];
    for (unsigned symbol = 0; symbol < 256; ++symbol) {
      auto size = static_cast<float>(symbol & 15);
      word_prices_[make_symbol(kind, symbol, 0)] = dc[symbol] + size;
      word_prices_[make_symbol(kind + 2, symbol, 0)] = ac[symbol] + size;
    }
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
  if (effort_ == effort::greedy)
    return run_greedily(row, source, out, counts, edges, likeness);
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
        auto chosen = choose_by_trellis(ac_prices_[kind], component.steps,
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

double jpeg_quantizer::run_greedily(std::size_t row, token_row source,
                                    std::uint32_t*& out, scan_counts& counts,
                                    dc_edges& edges,
                                    jpeg_similarity& likeness) {
  edges = {};
  likeness.begin(row);
  std::vector<greedy_block_kind> kinds;
  for (std::size_t i = 0; i < components_.size(); ++i)
    kinds.insert(kinds.end(),
                 std::size_t{picture_.components[i].across}
                   * picture_.components[i].down,
                 {i, &components_[i].greedy, &greedy_prices_[dc_table(i)]});
  const auto worth = static_cast<float>(1 / lambda_);
  const auto most =
    static_cast<std::uint32_t>(greedy_blocks::most / kinds.size());
  greedy_position position{source.begin, source.end, out, {}};
  for (std::uint32_t mcu = 0; mcu < picture_.mcus_across; mcu += most) {
    auto mcus = std::min(most, picture_.mcus_across - mcu);
    quantize_(kinds, mcus, worth, position, *blocks_);
    if (mcu == 0)
      for (std::size_t b = kinds.size(); b-- > 0;) {
        auto i = kinds[b].component;
        edges.first[i] = blocks_->after_dc[b];
        edges.first_at[i] = static_cast<std::size_t>(blocks_->words[b] - out);
      }
    compare(row, mcu, mcus, likeness);
  }
  edges.last = position.last_dc;
  auto bits = count_words({out, position.to}, counts);
  out = position.to;
  return bits;
}

double jpeg_quantizer::count_words(std::span<const std::uint32_t> words,
                                   scan_counts& counts) const {
  // In turns, as what was just stored is long in coming back.
  std::array<std::array<std::uint32_t, scan_table_count * 256>, 2> turns{};
  std::size_t i = 0;
  for (; i + 1 < words.size(); i += 2) {
    ++turns[0][words[i] & 0x3ff];
    ++turns[1][words[i + 1] & 0x3ff];
  }
  if (i < words.size())
    ++turns[0][words[i] & 0x3ff];
  double bits = 0;
  for (std::size_t table = 0; table < scan_table_count; ++table)
    for (std::size_t symbol = 0; symbol < 256; ++symbol) {
      auto word = table * 256 + symbol;
      auto count = turns[0][word] + turns[1][word];
      counts[table][symbol] += count;
      bits += static_cast<double>(word_prices_[word]) * count;
    }
  return bits;
}

void jpeg_quantizer::compare(std::size_t row, std::uint32_t mcu,
                             std::uint32_t mcus,
                             jpeg_similarity& likeness) const {
  std::size_t b = 0;
  for (const auto end = mcu + mcus; mcu < end; ++mcu)
    for (std::size_t i = 0; i < components_.size(); ++i) {
      auto& sampling = picture_.components[i];
      for (std::uint32_t y = 0; y < sampling.down; ++y)
        for (std::uint32_t x = 0; x < sampling.across; ++x, ++b)
          likeness.add(
            i, mcu * sampling.across + x,
            static_cast<std::uint32_t>(row) * sampling.down + y,
            {static_cast<float>(blocks_->before_dc[b]) * components_[i].from_dc,
             static_cast<float>(blocks_->after_dc[b]) * components_[i].to_dc,
             blocks_->energies[b], blocks_->covariances[b]});
    }
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
  found.visibility = jpeg_visibility::at(weighted);
  return at;
}

} // namespace pixmill::imaging
