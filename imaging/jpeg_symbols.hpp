#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "imaging/jpeg_huffman.hpp"
#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

/// The Huffman tables of a scan: 0 and 1 for DC, 2 and 3 for AC; the odd ones
/// for all components but the first.
inline constexpr std::size_t scan_table_count = 4;

constexpr std::size_t dc_table(std::size_t component) noexcept {
  return component == 0 ? 0 : 1;
}

constexpr std::size_t ac_table(std::size_t component) noexcept {
  return dc_table(component) + 2;
}

inline constexpr unsigned zero_run_symbol = 0xf0;

/// Returns the bits that `magnitude` takes behind its symbol.
inline unsigned bit_size(std::uint32_t magnitude) noexcept {
  // What cannot be zero takes one instruction, and no branch that is guessed.
  return 31u - static_cast<unsigned>(std::countl_zero(magnitude << 1 | 1));
}

using scan_counts = std::array<symbol_counts, scan_table_count>;
using scan_codes = std::array<huffman_code, scan_table_count>;

/// A symbol of a scan with its table and the bits that follow its code, in one
/// word: what is left to do is to look up the code.
constexpr std::uint32_t make_symbol(std::size_t table, unsigned symbol,
                                    std::uint32_t bits) noexcept {
  return bits << 10 | static_cast<std::uint32_t>(table) << 8 | symbol;
}

constexpr std::size_t symbol_table(std::uint32_t word) noexcept {
  return word >> 8 & 3;
}

constexpr unsigned symbol_code(std::uint32_t word) noexcept {
  return word & 255;
}

/// Returns the bits of a value that takes `size`: negative ones are stored as
/// the complement of their magnitude.
constexpr std::uint32_t bits_of(int value, unsigned size) noexcept {
  return static_cast<std::uint32_t>(value + (value >> 31)) & ((1u << size) - 1);
}

/// Returns the word of a DC coefficient that is `change` above the last one.
inline std::uint32_t make_dc_symbol(std::size_t component,
                                    int change) noexcept {
  auto size = bit_size(static_cast<std::uint32_t>(std::abs(change)));
  return make_symbol(dc_table(component), size, bits_of(change, size));
}

/// A block that keeps so many coefficients has at most as many words more: its
/// DC coefficient, three runs of 16 zeros, and its end.
inline constexpr std::size_t most_extra_symbols = 5;

/// The last DC coefficient of each component.
using dc_state = std::array<int, 4>;

/// The first and the last DC coefficient of each component in a piece of a
/// scan, so that pieces can be counted by themselves.
struct dc_edges {
  std::array<std::optional<int>, 4> first;
  std::array<std::size_t, 4> first_at{}; ///< Its word, from the piece's begin.
  dc_state last{};
};

/// Calls `sink(table, symbol, bits)` for each symbol of the blocks from `at` to
/// `end`, in order; `bits` are the `symbol & 15` bits that follow the code.
template <class Sink>
inline void visit_symbols(const std::uint32_t* at, const std::uint32_t* end,
                          dc_state& last_dc, Sink&& sink) {
  while (at != end) {
    auto component = token_component(*at);
    auto dc = token_value(*at++);
    auto change = dc - last_dc[component];
    last_dc[component] = dc;
    auto dc_size = bit_size(static_cast<std::uint32_t>(std::abs(change)));
    sink(dc_table(component), dc_size, bits_of(change, dc_size));
    auto table = ac_table(component);
    std::uint32_t last = 0;
    for (; at != end; ++at) {
      auto position = token_position(*at);
      if (position == 0)
        break;
      auto run = position - last - 1;
      for (; run >= 16; run -= 16)
        sink(table, zero_run_symbol, 0u);
      auto value = token_value(*at);
      auto size = bit_size(static_cast<std::uint32_t>(std::abs(value)));
      sink(table, run << 4 | size, bits_of(value, size));
      last = position;
    }
    if (last != 63)
      sink(table, 0u, 0u);
  }
}

/// Adds the symbols of the blocks from `at` to `end` to `counts`.
void count_symbols(const std::uint32_t* at, const std::uint32_t* end,
                   dc_state& last_dc, scan_counts& counts);

/// Puts the words of the tokens from `at` to `end`, the values of whose DC
/// coefficients are what they change by; the token before `at` is there.
/// @param to Has room for 8 words more than are put.
/// @returns Where the next go.
std::uint32_t* put_one_by_one(const std::uint32_t* at, const std::uint32_t* end,
                              std::uint32_t* to);

/// The same, several at once, if `can_put_by_eights`.
std::uint32_t* put_by_eights(const std::uint32_t* at, const std::uint32_t* end,
                             std::uint32_t* to);

bool can_put_by_eights() noexcept;

/// Appends the words of all blocks of `picture` to `words`, and counts them.
void put_symbols(const jpeg_tokens& picture, token_list& words,
                 scan_counts& counts);

/// Replaces the first DC symbols of a piece, which were counted from 0, by what
/// they are behind `before`.
void join_dc(const dc_edges& piece, const dc_state& before,
             scan_counts& counts);

/// Returns the codes that take the fewest bits.
scan_codes best_codes(const scan_counts& counts);

/// Returns the bits of a scan with these symbols, without byte stuffing.
std::size_t scan_bits(const scan_counts& counts, const scan_codes& codes);

} // namespace pixmill::imaging
