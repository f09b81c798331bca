#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "imaging/byte_view.hpp"
#include "imaging/jpeg_scan_data.hpp"
#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

/// A Huffman table that yields run, value and length in one look.
class jpeg_decoding_table {
public:
  /// What the next bits mean. `length` 0: the code is longer than the table's
  /// index; `size` above 0 with `value` 0: the value's bits follow.
  struct entry {
    std::int16_t value = 0;
    std::uint8_t symbol = 0;
    std::uint8_t length = 0; ///< Bits of the code, and of the value if known.
  };

  /// 10, 12 and 13 were measured to be slower.
  static constexpr unsigned index_bits = 11;

  /// @param body From the 16 counts on, as DHT has it.
  /// @returns Whether the table is valid.
  bool build(byte_view counts, byte_view symbols);

  const entry& look(std::uint64_t window) const noexcept {
    return entries_[window >> (64 - index_bits)];
  }

  /// Finds a code longer than the index.
  /// @returns An entry without its value; length 0: no such code.
  entry search(std::uint64_t window) const noexcept;

  bool valid() const noexcept {
    return valid_;
  }

private:
  std::array<entry, 1u << index_bits> entries_{};
  std::array<std::uint32_t, 17> limits_{}; ///< First code past each length.
  std::array<std::int32_t, 17> offsets_{}; ///< Code to index of its symbol.
  std::array<std::uint8_t, 256> symbols_{};
  bool valid_ = false;
};

/// The tables of each component, in the scan's order.
struct jpeg_scan_tables {
  const jpeg_decoding_table* dc = nullptr;
  const jpeg_decoding_table* ac = nullptr;
};

/// Decodes one interleaved scan into `picture.tokens`.
/// @param restart_interval MCUs between restart markers; 0: none.
/// @returns Whether all of it could be decoded.
bool decode_scan(const jpeg_scan_data& data,
                 const std::vector<jpeg_scan_tables>& tables,
                 std::uint32_t restart_interval, jpeg_tokens& picture);

} // namespace pixmill::imaging
