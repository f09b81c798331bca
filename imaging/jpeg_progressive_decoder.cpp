#include "imaging/jpeg_progressive_decoder.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

namespace pixmill::imaging {

namespace {

/// A bit for each position whose coefficient is not zero.
std::uint64_t nonzero(const std::int16_t* block) {
  std::uint64_t mask = 0;
  // Most are zero: four at a time, and only what is left one by one.
  for (std::size_t at = 0; at < 64; at += 4) {
    std::uint64_t four;
    std::memcpy(&four, block + at, sizeof(four));
    if (four == 0)
      continue;
    for (std::size_t i = at; i < at + 4; ++i)
      mask |= std::uint64_t{block[i] != 0} << i;
  }
  return mask;
}

/// The bits from `first` to `last`.
std::uint64_t band(std::uint32_t first, std::uint32_t last) {
  return ~std::uint64_t{0} >> (63 - last) & ~std::uint64_t{0} << first;
}

/// Corrects a coefficient that is known by one more bit.
void refine(bit_source& bits, std::int16_t& value, int step) {
  if (bits.take_bit() && (std::abs(value) & step) == 0)
    value = static_cast<std::int16_t>(value + (value < 0 ? -step : step));
}

void refine_all(bit_source& bits, std::int16_t* block, std::uint64_t which,
                int step) {
  for (; which != 0; which &= which - 1)
    refine(bits, block[std::countr_zero(which)], step);
}

bool fits(int value) {
  return value >= INT16_MIN && value <= INT16_MAX;
}

jpeg_decoding_table::entry next_code(const jpeg_decoding_table& table,
                                     bit_source& bits) {
  bits.refill();
  auto found = table.look(bits.window());
  if (found.length == 0)
    found = table.search(bits.window());
  bits.skip(found.length);
  return found;
}

} // namespace

progressive_decoder::progressive_decoder(const jpeg_tokens& frame)
    : frame_(frame) {
  std::uint32_t across = 1;
  std::uint32_t down = 1;
  for (auto& component : frame.components) {
    across = std::max<std::uint32_t>(across, component.across);
    down = std::max<std::uint32_t>(down, component.down);
  }
  auto blocks = [](std::uint32_t size, std::uint32_t factor,
                   std::uint32_t most) {
    return (size * factor + 8 * most - 1) / (8 * most);
  };
  for (auto& component : frame.components) {
    plane one;
    one.columns = frame.mcus_across * component.across;
    one.used_columns = blocks(frame.width, component.across, across);
    one.used_rows = blocks(frame.height, component.down, down);
    one.values.resize(std::size_t{one.columns} * frame.mcus_down
                      * component.down * 64);
    planes_.push_back(std::move(one));
  }
}

bool progressive_decoder::decode(const jpeg_scan& scan,
                                 const jpeg_scan_data& data) {
  auto& only = planes_[scan.components[0]];
  // A component alone has a block for each MCU, without the filling ones.
  auto total = scan.components.size() == 1
                 ? std::uint64_t{only.used_columns} * only.used_rows
                 : std::uint64_t{frame_.mcus_across} * frame_.mcus_down;
  std::uint64_t interval =
    scan.restart_interval == 0 ? total : scan.restart_interval;
  if ((total + interval - 1) / interval != data.ends.size())
    return false;
  auto* bytes = data.bytes.data();
  std::size_t begin = 0;
  std::uint64_t mcu = 0;
  for (auto end : data.ends) {
    bit_source bits(bytes + begin);
    last_dc_.fill(0);
    empty_blocks_ = 0;
    for (auto stop = std::min(mcu + interval, total); mcu < stop; ++mcu)
      if (!decode_mcu(scan, mcu, bits) || bits.position(bytes) > end * 8)
        return false;
    if (end * 8 - bits.position(bytes) >= 16)
      return false;
    begin = end;
  }
  return true;
}

bool progressive_decoder::decode_mcu(const jpeg_scan& scan, std::uint64_t mcu,
                                     bit_source& bits) {
  if (scan.components.size() == 1) {
    auto& target = planes_[scan.components[0]];
    return decode_block(
      scan, 0, bits,
      target.block(mcu / target.used_columns, mcu % target.used_columns));
  }
  auto row = mcu / frame_.mcus_across;
  auto column = mcu % frame_.mcus_across;
  for (std::size_t i = 0; i < scan.components.size(); ++i) {
    auto& target = planes_[scan.components[i]];
    auto& component = frame_.components[scan.components[i]];
    for (std::size_t y = 0; y < component.down; ++y)
      for (std::size_t x = 0; x < component.across; ++x)
        if (!decode_block(scan, i, bits,
                          target.block(row * component.down + y,
                                       column * component.across + x)))
          return false;
  }
  return true;
}

bool progressive_decoder::decode_block(const jpeg_scan& scan, std::size_t index,
                                       bit_source& bits, std::int16_t* block) {
  if (scan.first != 0)
    return scan.refined == 0 ? first_ac(scan, bits, block)
                             : refine_ac(scan, bits, block);
  if (scan.refined == 0)
    return first_dc(scan, index, bits, block);
  if (bits.take_bit())
    block[0] = static_cast<std::int16_t>(block[0] | 1 << scan.shift);
  return true;
}

bool progressive_decoder::first_dc(const jpeg_scan& scan, std::size_t index,
                                   bit_source& bits, std::int16_t* block) {
  auto found = next_code(*scan.tables[index].dc, bits);
  if (found.length == 0 || found.symbol > 11)
    return false;
  auto& last = last_dc_[index];
  last += found.value != 0 || found.symbol == 0 ? found.value
                                                : bits.take_value(found.symbol);
  if (!fits(last) || !fits(last * (1 << scan.shift)))
    return false;
  block[0] = static_cast<std::int16_t>(last * (1 << scan.shift));
  return true;
}

bool progressive_decoder::first_ac(const jpeg_scan& scan, bit_source& bits,
                                   std::int16_t* block) {
  if (empty_blocks_ > 0) {
    --empty_blocks_;
    return true;
  }
  for (auto position = scan.first; position <= scan.last; ++position) {
    auto found = next_code(*scan.tables[0].ac, bits);
    if (found.length == 0)
      return false;
    auto run = found.symbol >> 4u;
    auto size = found.symbol & 15u;
    if (size == 0) {
      if (run == 15) {
        position += 15;
        continue;
      }
      empty_blocks_ = (1u << run) - 1 + (run > 0 ? bits.take(run) : 0);
      return true;
    }
    auto value = found.value != 0 ? found.value : bits.take_value(size);
    position += run;
    if (position > scan.last || size > 10 || !fits(value * (1 << scan.shift)))
      return false;
    block[position] = static_cast<std::int16_t>(value * (1 << scan.shift));
  }
  return true;
}

bool progressive_decoder::refine_ac(const jpeg_scan& scan, bit_source& bits,
                                    std::int16_t* block) {
  auto step = 1 << scan.shift;
  auto known = nonzero(block);
  auto position = scan.first;
  while (empty_blocks_ == 0 && position <= scan.last) {
    auto found = next_code(*scan.tables[0].ac, bits);
    if (found.length == 0)
      return false;
    auto run = found.symbol >> 4u;
    auto size = found.symbol & 15u;
    if (size == 0 && run < 15) {
      empty_blocks_ = (1u << run) + (run > 0 ? bits.take(run) : 0);
      break;
    }
    if (size > 1)
      return false;
    auto sign =
      size == 0 || found.value != 0 ? found.value : bits.take_value(size);
    // Skips `run` zeros, and corrects what lies between them.
    for (;; ++position) {
      if (position > scan.last)
        return false;
      if ((known >> position & 1) != 0)
        refine(bits, block[position], step);
      else if (run-- == 0)
        break;
    }
    if (size != 0)
      block[position] = static_cast<std::int16_t>(sign * step);
    ++position;
  }
  if (empty_blocks_ == 0)
    return true;
  if (position <= scan.last)
    refine_all(bits, block, known & band(position, scan.last), step);
  --empty_blocks_;
  return true;
}

bool progressive_decoder::store(token_list& out) const {
  for (std::size_t row = 0; row < frame_.mcus_down; ++row)
    for (std::size_t column = 0; column < frame_.mcus_across; ++column)
      for (std::size_t i = 0; i < planes_.size(); ++i) {
        auto& component = frame_.components[i];
        auto blocks = std::size_t{component.across} * component.down;
        auto* at = out.room_for(blocks * 64);
        for (std::size_t b = 0; b < blocks; ++b) {
          auto* block =
            planes_[i].block(row * component.down + b / component.across,
                             column * component.across + b % component.across);
          if (std::abs(block[0]) > largest_dc)
            return false;
          *at++ = make_token(block[0], i, 0);
          for (auto left = nonzero(block) & ~std::uint64_t{1}; left != 0;
               left &= left - 1) {
            auto position = static_cast<std::uint32_t>(std::countr_zero(left));
            if (std::abs(block[position]) > largest_ac)
              return false;
            *at++ = make_token(block[position], i, position);
          }
        }
        out.end_at(at);
      }
  return true;
}

} // namespace pixmill::imaging
