#include "imaging/jpeg_scan_decoder.hpp"

#include <algorithm>
#include <map>
#include <memory>

namespace pixmill::imaging {

namespace {

using entry = jpeg_decoding_table::entry;
constexpr auto index_bits = jpeg_decoding_table::index_bits;

/// Decodes the blocks of a scan; requantizes them as well if `Requantize`.
template <bool Requantize>
class scan_decoder {
public:
  scan_decoder(const std::vector<jpeg_scan_tables>& tables,
               const std::vector<requantizing_factors>* factors,
               jpeg_similarity* likeness, jpeg_tokens& picture)
      : picture_(picture), factors_(factors), likeness_(likeness) {
    for (std::size_t i = 0; i < picture.components.size(); ++i) {
      auto& component = picture.components[i];
      blocks_.insert(
        blocks_.end(), std::size_t{component.across} * component.down,
        {i, tables[i], Requantize ? (*factors)[i].data() : nullptr, nullptr});
    }
    for (auto& kind : blocks_)
      kind.pairs = &pairs_of(*kind.tables.ac);
  }

  bool run(const jpeg_scan_data& data, std::uint32_t restart_interval) {
    auto total = std::uint64_t{picture_.mcus_across} * picture_.mcus_down;
    auto interval = restart_interval == 0 ? total : restart_interval;
    if ((total + interval - 1) / interval != data.ends.size())
      return false;
    std::size_t begin = 0;
    for (auto end : data.ends) {
      auto count = std::min<std::uint64_t>(interval, total);
      if (!decode_piece(data.bytes.get(), begin, end, count))
        return false;
      total -= count;
      begin = end;
    }
    picture_.rows.push_back(picture_.tokens.size());
    return true;
  }

private:
  using pair_table = jpeg_decoding_table::pair_table;

  struct block_kind {
    std::size_t component;
    jpeg_scan_tables tables;
    const std::uint32_t* factors;
    const pair_table* pairs;
  };

  const pair_table& pairs_of(const jpeg_decoding_table& table) {
    auto& pairs = pairs_[&table];
    if (!pairs) {
      pairs = std::make_unique_for_overwrite<pair_table>();
      table.build_pairs(*pairs);
    }
    return *pairs;
  }

  bool decode_piece(const std::uint8_t* bytes, std::size_t begin,
                    std::size_t end, std::uint64_t mcus) {
    bit_source bits(bytes + begin);
    std::array<int, 4> last_dc{};
    for (; mcus > 0; --mcus) {
      if (column_ == 0)
        begin_row();
      if (!decode_next(bits, last_dc) || bits.position(bytes) > end * 8)
        return false;
      column_ = column_ + 1 == picture_.mcus_across ? 0 : column_ + 1;
    }
    // What is left is padding; more is a sign of damage.
    return end * 8 - bits.position(bytes) < 16;
  }

  void begin_row() {
    const auto row = picture_.rows.size();
    picture_.rows.push_back(picture_.tokens.size());
    has_samples_ = likeness_ != nullptr && likeness_->has_samples(row);
    if (has_samples_)
      likeness_->begin(row);
  }

  // Each way to decode an MCU is called once, and so has `bits` in registers.
  bool decode_next(bit_source& bits, std::array<int, 4>& last_dc) {
    if constexpr (Requantize)
      if (has_samples_ && jpeg_similarity::is_sample(column_))
        return decode_sample(bits, last_dc);
    return decode_mcu<Requantize>(bits, last_dc, picture_.tokens);
  }

  /// Decodes an MCU as it is, and compares it as it is requantized.
  bool decode_sample(bit_source& bits, std::array<int, 4>& last_dc) {
    sample_.clear();
    if (!decode_mcu<false>(bits, last_dc, sample_))
      return false;
    picture_.tokens.end_at(likeness_->requantize(
      picture_.rows.size() - 1, column_, {sample_.begin(), sample_.end()},
      *factors_, picture_.tokens.room_for(sample_.size())));
    return true;
  }

  template <bool Requantizes>
  bool decode_mcu(bit_source& bits, std::array<int, 4>& last_dc,
                  token_list& to) {
    auto* out = to.room_for(blocks_.size() * 64);
    for (auto& kind : blocks_)
      if (!decode_block<Requantizes>(bits, kind, last_dc[kind.component], out))
        return false;
    to.end_at(out);
    return true;
  }

  template <bool Requantizes>
  static bool decode_block(bit_source& bits, const block_kind& kind,
                           int& last_dc, std::uint32_t*& to) {
    if (!decode_dc(bits, *kind.tables.dc, last_dc))
      return false;
    auto dc = last_dc;
    if constexpr (Requantizes)
      dc = requantized(dc, kind.factors[0]);
    *to++ = make_token(dc, kind.component, 0);
    return decode_ac<Requantizes>(bits, kind, to);
  }

  static bool decode_dc(bit_source& bits, const jpeg_decoding_table& table,
                        int& last_dc) {
    entry found;
    if (!table.take(bits, found))
      return false;
    last_dc += found.value();
    return last_dc <= largest_dc && last_dc >= -largest_dc;
  }

  /// Decodes up to the end of the block.
  template <bool Requantizes>
  static bool decode_ac(bit_source& bits, const block_kind& kind,
                        std::uint32_t*& to) {
    const auto* pairs = kind.pairs->data();
    const auto* factors = kind.factors;
    const auto tag = static_cast<std::uint32_t>(kind.component) << 6;
    std::uint32_t position = 0;
    std::uint32_t last = 0;
    while (position < 63) {
      bits.refill();
      // Pairs take at most 11 bits, and 56 are there.
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        auto found = pairs[bits.window() >> (64 - index_bits)];
        auto both = position + found.advance();
        if (both < 63) {
          bits.skip(found.length());
          store<Requantizes>(found.first_value(),
                             tag | (position + found.first_advance()), factors,
                             to);
          store<Requantizes>(found.second_value(), tag | both, factors, to);
          position = both;
          continue;
        }
        if (found.is_known()) {
          last = found.first_advance();
          position += last;
          auto value = found.first_value();
          // Behind the last position whatever seems to follow belongs to the
          // next block.
          if (position < 63) {
            bits.skip(found.length());
            store<Requantizes>(value, tag | position, factors, to);
            last = both - position;
            position = both;
            value = found.second_value();
          } else {
            bits.skip(found.first_length());
          }
          if (position == 63)
            store<Requantizes>(value, tag | 63, factors, to);
          break;
        }
        entry single;
        if (!kind.tables.ac->take(bits, single))
          return false;
        last = single.advance();
        position += last;
        if (position <= 63)
          store<Requantizes>(single.token_bits(), tag | position, factors, to);
        break;
      }
    }
    return position == 63 || last == jpeg_decoding_table::end_of_block;
  }

  /// A run of zeros alone has a value of 0 and leaves no token.
  template <bool Requantizes>
  static void store(std::uint32_t value, std::uint32_t place,
                    const std::uint32_t* factors, std::uint32_t*& to) {
    if constexpr (Requantizes) {
      *to = requantized_token(static_cast<std::int32_t>(value) >> 16,
                              factors[place & 63], place);
    } else {
      *to = (value & 0xffff0000u) | place;
    }
    to += *to >> 16 != 0 ? 1 : 0;
  }

  jpeg_tokens& picture_;
  const std::vector<requantizing_factors>* factors_;
  jpeg_similarity* likeness_;
  bool has_samples_ = false; ///< The row.
  token_list sample_;        ///< An MCU as it was.
  std::map<const jpeg_decoding_table*, std::unique_ptr<pair_table>> pairs_;
  std::vector<block_kind> blocks_; ///< Of an MCU.
  std::uint32_t column_ = 0;
};

} // namespace

bool decode_scan(const jpeg_scan_data& data,
                 const std::vector<jpeg_scan_tables>& tables,
                 std::uint32_t restart_interval,
                 const std::vector<requantizing_factors>* factors,
                 jpeg_similarity* likeness, jpeg_tokens& picture) {
  picture.rows.clear();
  // Photographs have about one coefficient for each 6 bits.
  picture.tokens.room_for(data.consumed * 3 / 2 + 1024);
  if (factors != nullptr)
    return scan_decoder<true>(tables, factors, likeness, picture)
      .run(data, restart_interval);
  return scan_decoder<false>(tables, nullptr, nullptr, picture)
    .run(data, restart_interval);
}

} // namespace pixmill::imaging
