#pragma once

#include <array>
#include <cstdint>

#include "imaging/byte_view.hpp"
#include "imaging/jpeg_scan_data.hpp"

namespace pixmill::imaging {

/// A Huffman table that yields run, value and length in one look.
class jpeg_decoding_table {
public:
  /// What the next bits mean, packed into one word, because each coefficient
  /// takes a look:
  ///   bits 0 to 4    length of the code, and of the value if known
  ///   bits 5 to 11   positions to advance: run + 1; 16 for a run of zeros
  ///                  alone, 64 + n for the end of a band with n bits more
  ///   bit 15         set: the table does not know, because code and value
  ///                  are longer than its index
  ///   bits 16 to 31  the value; where the table knows the code alone, its
  ///                  symbol
  class entry {
  public:
    constexpr entry() = default;
    constexpr entry(int value, unsigned advance, unsigned length) noexcept
        : word_(static_cast<std::uint32_t>(value) << 16 | advance << 5
                | length) {}

    /// An entry that knows the code, but not the value.
    static constexpr entry code_alone(unsigned symbol,
                                      unsigned length) noexcept {
      entry result;
      result.word_ |= symbol << 16 | length;
      return result;
    }

    /// Returns whether all is in the entry.
    constexpr bool is_whole() const noexcept {
      return (word_ & unknown) == 0;
    }
    constexpr std::uint32_t length() const noexcept {
      return word_ & 31u;
    }
    constexpr std::uint32_t advance() const noexcept {
      return word_ >> 5 & 127u;
    }
    constexpr int value() const noexcept {
      return static_cast<std::int16_t>(word_ >> 16);
    }
    /// Returns the value where a token has it, and zeros below.
    constexpr std::uint32_t token_bits() const noexcept {
      return word_ & 0xffff0000u;
    }

  private:
    static constexpr std::uint32_t unknown = 1u << 15;
    std::uint32_t word_ = unknown;
  };

  /// What the end of a block advances by.
  static constexpr unsigned end_of_block = 64;

  /// 10, 12 and 13 were measured to be slower.
  static constexpr unsigned index_bits = 11;

  /// @param counts,symbols As DHT has them; 16 counts.
  /// @param dc Whether symbols are sizes alone.
  /// @returns Whether the table is valid.
  bool build(byte_view counts, byte_view symbols, bool dc);

  const entry& look(std::uint64_t window) const noexcept {
    return entries_[window >> (64 - index_bits)];
  }

  /// Takes the next code and its value. Leaves at least 16 bits.
  /// @returns Whether there is such a code, its value of at most 11 bits for DC
  ///          and 10 for AC.
  bool take(bit_source& bits, entry& found) const noexcept {
    bits.refill();
    found = look(bits.window());
    if (!found.is_whole()) [[unlikely]] {
      // A copy: `bits` stays in registers.
      auto source = bits;
      if (!take_long(source, found))
        return false;
      bits = source;
      return true;
    }
    bits.skip(found.length());
    return true;
  }

  bool valid() const noexcept {
    return valid_;
  }

  /// What the next bits mean, up to two coefficients at once:
  ///   bits 0 to 5    length of both
  ///   bits 6 to 12   positions that both advance; at least 64 for the end of
  ///                  a block and for what the table does not know
  ///   bits 16 to 31  the first value
  ///   bits 32 to 37  length of the first alone
  ///   bits 38 to 44  positions that the first advances
  ///   bit 45         set: the table does not know
  ///   bits 48 to 63  the second value
  class pair {
  public:
    constexpr pair() = default;
    /// @param second Of length 0 if there is none.
    constexpr pair(entry first, entry second) noexcept
        : word_(std::uint64_t{first.token_bits()}
                | std::uint64_t{second.token_bits()} << 32
                | (first.length() + second.length())
                | (first.advance() + second.advance()) << 6
                | std::uint64_t{first.length()} << 32
                | std::uint64_t{first.advance()} << 38) {}

    static constexpr pair unknown() noexcept {
      pair result;
      result.word_ = std::uint64_t{1} << 45 | 64u << 6;
      return result;
    }

    constexpr bool is_known() const noexcept {
      return (word_ >> 45 & 1) == 0;
    }
    constexpr unsigned length() const noexcept {
      return static_cast<unsigned>(word_) & 63u;
    }
    constexpr std::uint32_t advance() const noexcept {
      return static_cast<std::uint32_t>(word_) >> 6 & 127u;
    }
    constexpr unsigned first_length() const noexcept {
      return static_cast<unsigned>(word_ >> 32) & 63u;
    }
    constexpr std::uint32_t first_advance() const noexcept {
      return static_cast<std::uint32_t>(word_ >> 38) & 127u;
    }
    /// The values where tokens have them, with something below.
    constexpr std::uint32_t first_value() const noexcept {
      return static_cast<std::uint32_t>(word_);
    }
    constexpr std::uint32_t second_value() const noexcept {
      return static_cast<std::uint32_t>(word_ >> 32);
    }

  private:
    std::uint64_t word_ = 0;
  };
  using pair_table = std::array<pair, 1u << index_bits>;

  /// Fills a table of pairs, which pays for scans of some length.
  void build_pairs(pair_table& pairs) const;

private:
  struct found_code {
    std::uint8_t symbol = 0;
    std::uint8_t length = 0; ///< 0: there is no such code.
  };

  bool is_dc() const noexcept {
    return largest_size_ == 11;
  }

  void fill(std::uint32_t code, unsigned length, unsigned symbol);
  found_code search(std::uint64_t window) const noexcept;
  bool take_long(bit_source& bits, entry& found) const noexcept;

  std::array<entry, 1u << index_bits> entries_{};
  std::array<std::uint32_t, 17> limits_{}; ///< First code past each length.
  std::array<std::int32_t, 17> offsets_{}; ///< Code to index of its symbol.
  std::array<std::uint8_t, 256> symbols_{};
  unsigned largest_size_ = 0;
  bool valid_ = false;
};

} // namespace pixmill::imaging
