#include "imaging/jpeg_symbols.hpp"

namespace pixmill::imaging {

void count_symbols(const std::uint32_t* at, const std::uint32_t* end,
                   dc_state& last_dc, scan_counts& counts) {
  visit_symbols(at, end, last_dc,
                [&](std::size_t table, unsigned symbol, std::uint32_t) {
                  ++counts[table][symbol];
                });
}

void put_symbols(const jpeg_tokens& picture, token_list& words,
                 scan_counts& counts) {
  auto* to = words.room_for(picture.tokens.size()
                            + most_extra_symbols * picture.block_count());
  dc_state last_dc{};
  visit_symbols(picture.tokens.begin(), picture.tokens.end(), last_dc,
                [&](std::size_t table, unsigned symbol, std::uint32_t bits) {
                  ++counts[table][symbol];
                  *to++ = make_symbol(table, symbol, bits);
                });
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
