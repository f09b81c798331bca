#include "imaging/jpeg_decoding_table.hpp"

#include <algorithm>

namespace pixmill::imaging {

namespace {

using entry = jpeg_decoding_table::entry;

/// What `size` bits stand for.
int value_of(int raw, unsigned size) {
  return size == 0 || raw >= 1 << (size - 1) ? raw : raw - (1 << size) + 1;
}

entry entry_of(unsigned symbol, int value, unsigned length) {
  auto run = symbol >> 4;
  auto advance = (symbol & 15u) != 0 || run == 15
                   ? run + 1
                   : jpeg_decoding_table::end_of_block + run;
  return {value, advance, length};
}

} // namespace

bool jpeg_decoding_table::build(byte_view counts, byte_view symbols, bool dc) {
  largest_size_ = dc ? 11 : 10;
  entries_.fill({});
  std::copy(symbols.begin(), symbols.end(), symbols_.begin());
  std::uint32_t code = 0;
  std::size_t index = 0;
  for (unsigned length = 1; length <= 16; ++length, code <<= 1) {
    offsets_[length] =
      static_cast<std::int32_t>(index) - static_cast<std::int32_t>(code);
    for (unsigned i = 0; i < counts[length - 1]; ++i, ++code, ++index) {
      if (code >= 1u << length)
        return false;
      if (length <= index_bits)
        fill(code, length, symbols[index]);
    }
    limits_[length] = code;
  }
  valid_ = true;
  return true;
}

void jpeg_decoding_table::fill(std::uint32_t code, unsigned length,
                               unsigned symbol) {
  auto size = symbol & 15u;
  auto spare = index_bits - length;
  auto* first = entries_.data() + (code << spare);
  // Symbols that may not be, and values that reach beyond, take the long way.
  if (size > spare || size > largest_size_ || (is_dc() && symbol > 15)) {
    std::fill_n(first, std::size_t{1} << spare,
                entry::code_alone(symbol, length));
    return;
  }
  for (std::uint32_t rest = 0; rest < 1u << spare; ++rest)
    first[rest] =
      entry_of(symbol, value_of(static_cast<int>(rest >> (spare - size)), size),
               length + size);
}

void jpeg_decoding_table::build_pairs(pair_table& pairs) const {
  for (std::size_t index = 0; index < pairs.size(); ++index) {
    auto first = entries_[index];
    if (!first.is_whole()) {
      pairs[index] = pair::unknown();
      continue;
    }
    auto second = entries_[index << first.length() & (pairs.size() - 1)];
    auto fits = first.advance() < end_of_block && second.is_whole()
                && first.length() + second.length() <= index_bits
                && second.advance() <= end_of_block;
    pairs[index] = {first, fits ? second : entry(0, 0, 0)};
  }
}

jpeg_decoding_table::found_code
jpeg_decoding_table::search(std::uint64_t window) const noexcept {
  // Shorter ones are in the table.
  for (unsigned length = index_bits + 1; length <= 16; ++length) {
    auto code = static_cast<std::uint32_t>(window >> (64 - length));
    if (code >= limits_[length])
      continue;
    auto index = static_cast<std::int32_t>(code) + offsets_[length];
    if (index < 0 || index > 255)
      break;
    return {symbols_[static_cast<std::size_t>(index)],
            static_cast<std::uint8_t>(length)};
  }
  return {};
}

bool jpeg_decoding_table::take_long(bit_source& bits,
                                    entry& found) const noexcept {
  // `found` is what the first look found.
  auto code = found.length() != 0
                ? found_code{static_cast<std::uint8_t>(found.value()),
                             static_cast<std::uint8_t>(found.length())}
                : search(bits.window());
  auto size = code.symbol & 15u;
  if (code.length == 0 || size > largest_size_ || (is_dc() && code.symbol > 15))
    return false;
  bits.skip(code.length);
  found = entry_of(code.symbol, size == 0 ? 0 : bits.take_value(size), 0);
  return true;
}

} // namespace pixmill::imaging
