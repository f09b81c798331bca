#include "imaging/jpeg_scan_decoder.hpp"

#include <algorithm>

namespace pixmill::imaging {

namespace {

class scan_decoder {
public:
  scan_decoder(const std::vector<jpeg_scan_tables>& tables,
               jpeg_tokens& picture)
      : tables_(tables), picture_(picture) {
    for (std::size_t i = 0; i < picture.components.size(); ++i) {
      auto& component = picture.components[i];
      blocks_.insert(blocks_.end(),
                     std::size_t{component.across} * component.down, i);
    }
  }

  bool run(const jpeg_scan_data& data, std::uint32_t restart_interval) {
    auto total = std::uint64_t{picture_.mcus_across} * picture_.mcus_down;
    auto interval = restart_interval == 0 ? total : restart_interval;
    if ((total + interval - 1) / interval != data.ends.size())
      return false;
    std::size_t begin = 0;
    for (auto end : data.ends) {
      auto count = std::min<std::uint64_t>(interval, total);
      if (!decode_piece(data.bytes.data(), begin, end, count))
        return false;
      total -= count;
      begin = end;
    }
    return true;
  }

private:
  bool decode_piece(const std::uint8_t* bytes, std::size_t begin,
                    std::size_t end, std::uint64_t mcus) {
    bit_source bits(bytes + begin);
    std::array<int, 4> last_dc{};
    for (; mcus > 0; --mcus) {
      auto* out = picture_.tokens.room_for(blocks_.size() * 64);
      for (auto component : blocks_)
        if (!decode_block(bits, component, last_dc[component], out))
          return false;
      picture_.tokens.end_at(out);
      if (bits.position(bytes) > end * 8)
        return false;
    }
    // What is left is padding; more is a sign of damage.
    return end * 8 - bits.position(bytes) < 16;
  }

  bool decode_block(bit_source& bits, std::size_t component, int& last_dc,
                    std::uint32_t*& out) {
    bits.refill();
    auto& dc_table = *tables_[component].dc;
    auto found = dc_table.look(bits.window());
    if (found.length == 0)
      found = dc_table.search(bits.window());
    if (found.length == 0 || found.symbol > 11)
      return false;
    bits.skip(found.length);
    last_dc += found.value != 0 || found.symbol == 0
                 ? found.value
                 : bits.take_value(found.symbol);
    if (last_dc > largest_dc || last_dc < -largest_dc)
      return false;
    *out++ = make_token(last_dc, component, 0);
    auto& ac_table = *tables_[component].ac;
    for (std::uint32_t position = 1; position < 64; ++position) {
      bits.refill();
      found = ac_table.look(bits.window());
      if (found.length == 0)
        found = ac_table.search(bits.window());
      if (found.length == 0)
        return false;
      bits.skip(found.length);
      auto size = found.symbol & 15u;
      if (size == 0) {
        if (found.symbol != 0xf0)
          return found.symbol == 0; // The end of the block.
        position += 15;
        continue;
      }
      position += found.symbol >> 4;
      int value = found.value;
      if (value == 0) {
        value = bits.take_value(size);
        if (size > 10)
          return false;
      }
      if (position > 63)
        return false;
      *out++ = make_token(value, component, position);
    }
    return true;
  }

  const std::vector<jpeg_scan_tables>& tables_;
  jpeg_tokens& picture_;
  std::vector<std::size_t> blocks_; ///< Component of each block of an MCU.
};

} // namespace

bool jpeg_decoding_table::build(byte_view counts, byte_view symbols) {
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
      if (length > index_bits)
        continue;
      auto symbol = symbols[index];
      unsigned size = symbol & 15u;
      auto spare = index_bits - length;
      auto* first = entries_.data() + (code << spare);
      for (std::uint32_t rest = 0; rest < 1u << spare; ++rest) {
        entry one{0, symbol, static_cast<std::uint8_t>(length)};
        if (size > 0 && size <= spare) {
          auto raw = static_cast<int>(rest >> (spare - size));
          one.value = static_cast<std::int16_t>(
            raw < 1 << (size - 1) ? raw - (1 << size) + 1 : raw);
          one.length = static_cast<std::uint8_t>(length + size);
        }
        first[rest] = one;
      }
    }
    limits_[length] = code;
  }
  valid_ = true;
  return true;
}

jpeg_decoding_table::entry
jpeg_decoding_table::search(std::uint64_t window) const noexcept {
  for (unsigned length = index_bits + 1; length <= 16; ++length) {
    auto code = static_cast<std::uint32_t>(window >> (64 - length));
    if (code >= limits_[length])
      continue;
    auto index = static_cast<std::int32_t>(code) + offsets_[length];
    if (index < 0 || index > 255)
      break;
    return {0, symbols_[static_cast<std::size_t>(index)],
            static_cast<std::uint8_t>(length)};
  }
  return {};
}

bool decode_scan(const jpeg_scan_data& data,
                 const std::vector<jpeg_scan_tables>& tables,
                 std::uint32_t restart_interval, jpeg_tokens& picture) {
  // Photographs have about one coefficient for each 6 bits.
  picture.tokens.room_for(data.consumed * 3 / 2 + 1024);
  return scan_decoder(tables, picture).run(data, restart_interval);
}

} // namespace pixmill::imaging
