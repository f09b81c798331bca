#include "imaging/jpeg_symbols.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace pixmill::imaging {

void count_symbols(const std::uint32_t* at, const std::uint32_t* end,
                   dc_state& last_dc, scan_counts& counts) {
  visit_symbols(at, end, last_dc,
                [&](std::size_t table, unsigned symbol, std::uint32_t) {
                  ++counts[table][symbol];
                });
}

std::uint32_t* put_one_by_one(const std::uint32_t* at, const std::uint32_t* end,
                              std::uint32_t* to) {
  for (; at != end; ++at) {
    const auto component = token_component(*at);
    const auto value = token_value(*at);
    const auto size = bit_size(static_cast<std::uint32_t>(std::abs(value)));
    const auto bits = bits_of(value, size);
    const auto position = token_position(*at);
    const auto last = token_position(at[-1]);
    if (position == 0) {
      if (last != 63)
        *to++ = make_symbol(ac_table(token_component(at[-1])), 0, 0);
      *to++ = make_symbol(dc_table(component), size, bits);
      continue;
    }
    auto run = position - last - 1;
    for (; run >= 16; run -= 16)
      *to++ = make_symbol(ac_table(component), zero_run_symbol, 0);
    *to++ = make_symbol(ac_table(component), run << 4 | size, bits);
  }
  return to;
}

namespace {

constexpr std::size_t piece_tokens = 2048;

/// Makes the DC coefficients among so many tokens what they change by.
void take_changes(std::span<std::uint32_t> tokens, dc_state& last_dc) {
  // Where they are cannot be guessed: first all are found, without a branch.
  std::array<std::uint16_t, piece_tokens + 1> places;
  std::size_t count = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    places[count] = static_cast<std::uint16_t>(i);
    count += token_position(tokens[i]) == 0 ? 1 : 0;
  }
  for (auto place : std::span(places).first(count)) {
    auto& token = tokens[place];
    const auto component = token_component(token);
    const auto value = token_value(token);
    token = make_token(value - std::exchange(last_dc[component], value),
                       component, 0);
  }
}

/// Adds up what `words` hold. Equal ones often follow each other, and would
/// wait for one another in one table.
void count_words(const std::uint32_t* at, const std::uint32_t* end,
                 scan_counts& counts) {
  constexpr std::size_t ways = 4;
  std::array<std::array<std::uint32_t, scan_table_count * 256>, ways> some{};
  for (; static_cast<std::size_t>(end - at) >= ways; at += ways)
    for (std::size_t way = 0; way < ways; ++way)
      ++some[way][at[way] & 0x3ff];
  for (; at != end; ++at)
    ++some[0][*at & 0x3ff];
  for (std::size_t table = 0; table < scan_table_count; ++table)
    for (std::size_t symbol = 0; symbol < 256; ++symbol)
      for (auto& way : some)
        counts[table][symbol] += way[table * 256 + symbol];
}

} // namespace

void put_symbols(const jpeg_tokens& picture, token_list& words,
                 scan_counts& counts) {
  static const auto put = can_put_by_eights() ? put_by_eights : put_one_by_one;
  auto* const begin = words.room_for(
    picture.tokens.size() + most_extra_symbols * picture.block_count() + 8);
  auto* to = begin;
  dc_state last_dc{};
  // Piece by piece, behind the token before, which at first ends nothing.
  std::array<std::uint32_t, piece_tokens + 1> piece;
  piece[0] = make_token(0, 0, 63);
  const auto* at = picture.tokens.begin();
  while (at != picture.tokens.end()) {
    const auto count = std::min(
      static_cast<std::size_t>(picture.tokens.end() - at), piece_tokens);
    std::copy_n(at, count, piece.data() + 1);
    take_changes({piece.data() + 1, count}, last_dc);
    to = put(piece.data() + 1, piece.data() + 1 + count, to);
    piece[0] = piece[count];
    at += count;
  }
  if (token_position(piece[0]) != 63)
    *to++ = make_symbol(ac_table(token_component(piece[0])), 0, 0);
  count_words(begin, to, counts);
  words.end_at(to);
}

void join_dc(const dc_edges& piece, const dc_state& before,
             scan_counts& counts) {
  auto size_of = [](int change) {
    return bit_size(static_cast<std::uint32_t>(std::abs(change)));
  };
  for (std::size_t i = 0; i < before.size(); ++i)
    if (piece.first[i]) {
      auto& table = counts[dc_table(i)];
      --table[size_of(*piece.first[i])];
      ++table[size_of(*piece.first[i] - before[i])];
    }
}

scan_codes best_codes(const scan_counts& counts) {
  scan_codes codes;
  for (std::size_t i = 0; i < scan_table_count; ++i)
    codes[i] = best_code(counts[i]);
  return codes;
}

std::size_t scan_bits(const scan_counts& counts, const scan_codes& codes) {
  std::size_t bits = 0;
  for (std::size_t table = 0; table < scan_table_count; ++table)
    for (std::size_t symbol = 0; symbol < 256; ++symbol)
      bits += std::size_t{counts[table][symbol]}
              * (codes[table].lengths[symbol] + (symbol & 15u));
  return bits;
}

} // namespace pixmill::imaging
