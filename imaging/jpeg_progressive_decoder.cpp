#include "imaging/jpeg_progressive_decoder.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace pixmill::imaging {

namespace {

/// The bits from `first` to `last`.
std::uint64_t band(std::uint32_t first, std::uint32_t last) {
  return ~std::uint64_t{0} >> (63 - last) & ~std::uint64_t{0} << first;
}

/// Corrects the coefficients of `which`, each known by one more bit.
void refine(bit_source& bits, std::int16_t* block, std::uint64_t which,
            int step) {
  while (which != 0) {
    // As many as one refill surely has.
    auto part = which;
    auto count = static_cast<unsigned>(std::popcount(part));
    if (count > 56) {
      part &= 0xffff'ffffu;
      count = static_cast<unsigned>(std::popcount(part));
    }
    which &= ~part;
    bits.refill();
    auto raised = bits.window();
    bits.skip(count);
    for (; part != 0; part &= part - 1, raised <<= 1) {
      if (raised >> 63 == 0)
        continue;
      auto& value = block[std::countr_zero(part)];
      if ((std::abs(value) & step) == 0)
        value = static_cast<std::int16_t>(value + (value < 0 ? -step : step));
    }
  }
}

bool fits(int value) {
  return value >= INT16_MIN && value <= INT16_MAX;
}

constexpr auto end_of_block = jpeg_decoding_table::end_of_block;

/// The blocks that an end of band covers, this one included.
std::uint32_t covered_blocks(bit_source& bits, std::uint32_t advance) {
  auto extra = advance - end_of_block;
  return (1u << extra) + (extra > 0 ? bits.take(extra) : 0);
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
    auto count = std::size_t{one.columns} * frame.mcus_down * component.down;
    one.values.resize(count * 64);
    one.known.resize(count);
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
  auto* bytes = data.bytes.get();
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
      scan, 0, bits, target,
      target.number(mcu / target.used_columns, mcu % target.used_columns));
  }
  auto row = mcu / frame_.mcus_across;
  auto column = mcu % frame_.mcus_across;
  for (std::size_t i = 0; i < scan.components.size(); ++i) {
    auto& target = planes_[scan.components[i]];
    auto& component = frame_.components[scan.components[i]];
    for (std::size_t y = 0; y < component.down; ++y)
      for (std::size_t x = 0; x < component.across; ++x)
        if (!decode_block(scan, i, bits, target,
                          target.number(row * component.down + y,
                                        column * component.across + x)))
          return false;
  }
  return true;
}

bool progressive_decoder::decode_block(const jpeg_scan& scan, std::size_t index,
                                       bit_source& bits, plane& target,
                                       std::size_t number) {
  auto* block = target.values.data() + number * 64;
  auto& known = target.known[number];
  if (scan.first != 0)
    return scan.refined == 0 ? first_ac(scan, bits, block, known)
                             : refine_ac(scan, bits, block, known);
  if (scan.refined == 0)
    return first_dc(scan, index, bits, block);
  if (bits.take_bit())
    block[0] = static_cast<std::int16_t>(block[0] | 1 << scan.shift);
  return true;
}

bool progressive_decoder::first_dc(const jpeg_scan& scan, std::size_t index,
                                   bit_source& bits, std::int16_t* block) {
  jpeg_decoding_table::entry found;
  if (!scan.tables[index].dc->take(bits, found))
    return false;
  auto& last = last_dc_[index];
  last += found.value();
  if (!fits(last) || !fits(last * (1 << scan.shift)))
    return false;
  block[0] = static_cast<std::int16_t>(last * (1 << scan.shift));
  return true;
}

bool progressive_decoder::first_ac(const jpeg_scan& scan, bit_source& bits,
                                   std::int16_t* block, std::uint64_t& known) {
  if (empty_blocks_ > 0) {
    --empty_blocks_;
    return true;
  }
  auto& table = *scan.tables[0].ac;
  for (auto position = scan.first - 1; position < scan.last;) {
    jpeg_decoding_table::entry found;
    if (!table.take(bits, found))
      return false;
    if (found.advance() >= end_of_block) {
      empty_blocks_ = covered_blocks(bits, found.advance()) - 1;
      return true;
    }
    position += found.advance();
    auto value = found.value() * (1 << scan.shift);
    if (value == 0)
      continue;
    if (position > scan.last || !fits(value))
      return false;
    block[position] = static_cast<std::int16_t>(value);
    known |= std::uint64_t{1} << position;
  }
  return true;
}

bool progressive_decoder::refine_ac(const jpeg_scan& scan, bit_source& bits,
                                    std::int16_t* block, std::uint64_t& known) {
  auto step = 1 << scan.shift;
  auto before = known;
  auto position = scan.first;
  while (empty_blocks_ == 0 && position <= scan.last) {
    jpeg_decoding_table::entry found;
    if (!scan.tables[0].ac->take(bits, found))
      return false;
    if (found.advance() >= end_of_block) {
      empty_blocks_ = covered_blocks(bits, found.advance());
      break;
    }
    if (found.value() > 1 || found.value() < -1)
      return false;
    // Skips the run of zeros, and corrects what lies between them.
    auto zeros = ~before & band(position, scan.last);
    for (auto run = found.advance(); run > 1; --run)
      zeros &= zeros - 1;
    if (zeros == 0)
      return false;
    auto target = static_cast<std::uint32_t>(std::countr_zero(zeros));
    if (target > position)
      refine(bits, block, before & band(position, target - 1), step);
    if (found.value() != 0) {
      block[target] = static_cast<std::int16_t>(found.value() * step);
      known |= std::uint64_t{1} << target;
    }
    position = target + 1;
  }
  if (empty_blocks_ == 0)
    return true;
  if (position <= scan.last)
    refine(bits, block, before & band(position, scan.last), step);
  --empty_blocks_;
  return true;
}

bool progressive_decoder::store(
  jpeg_tokens& picture,
  const std::vector<requantizing_factors>* factors) const {
  for (std::size_t row = 0; row < frame_.mcus_down; ++row) {
    picture.rows.push_back(picture.tokens.size());
    for (std::size_t column = 0; column < frame_.mcus_across; ++column)
      for (std::size_t i = 0; i < planes_.size(); ++i) {
        auto& component = frame_.components[i];
        auto blocks = std::size_t{component.across} * component.down;
        auto* at = picture.tokens.room_for(blocks * 64);
        for (std::size_t b = 0; b < blocks; ++b) {
          auto number =
            planes_[i].number(row * component.down + b / component.across,
                              column * component.across + b % component.across);
          if (factors == nullptr
                ? !store_block(planes_[i], number, i, at)
                : !requantize_block(planes_[i], number, i, (*factors)[i], at))
            return false;
        }
        picture.tokens.end_at(at);
      }
  }
  picture.rows.push_back(picture.tokens.size());
  return true;
}

bool progressive_decoder::store_block(const plane& from, std::size_t number,
                                      std::size_t component,
                                      std::uint32_t*& to) {
  auto* block = from.values.data() + number * 64;
  if (std::abs(block[0]) > largest_dc)
    return false;
  *to++ = make_token(block[0], component, 0);
  auto largest = 0;
  for (auto left = from.known[number]; left != 0; left &= left - 1) {
    auto position = static_cast<std::uint32_t>(std::countr_zero(left));
    largest |= std::abs(block[position]);
    *to++ = make_token(block[position], component, position);
  }
  return largest <= largest_ac;
}

bool progressive_decoder::requantize_block(const plane& from,
                                           std::size_t number,
                                           std::size_t component,
                                           const requantizing_factors& factors,
                                           std::uint32_t*& to) {
  auto* block = from.values.data() + number * 64;
  if (std::abs(block[0]) > largest_dc)
    return false;
  *to++ = make_token(requantized(block[0], factors[0]), component, 0);
  auto largest = 0;
  for (auto left = from.known[number]; left != 0; left &= left - 1) {
    auto position = static_cast<std::uint32_t>(std::countr_zero(left));
    largest |= std::abs(block[position]);
    auto value = requantized(block[position], factors[position]);
    *to = make_token(value, component, position);
    to += value != 0 ? 1 : 0;
  }
  return largest <= largest_ac;
}

} // namespace pixmill::imaging
