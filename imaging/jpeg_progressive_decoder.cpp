#include "imaging/jpeg_progressive_decoder.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <tuple>

#include "imaging/bit_deposit.hpp"

namespace pixmill::imaging {

namespace {

/// The bits from `first` to `last`.
constexpr std::uint64_t band(std::uint32_t first, std::uint32_t last) noexcept {
  return ~std::uint64_t{0} >> first & ~std::uint64_t{0} << (63 - last);
}

constexpr auto end_of_block = jpeg_decoding_table::end_of_block;

/// The blocks that an end of band covers, this one included.
std::uint32_t covered_blocks(bit_source& bits, std::uint32_t advance) {
  auto extra = advance - end_of_block;
  return (1u << extra) + (extra > 0 ? bits.take(extra) : 0);
}

/// Bits that are left when a code with its value has been taken, which
/// refilled.
constexpr unsigned surely_left = 56 - 16 - 1;

/// Returns the next bit of each of `which`, first positions first. So many bits
/// are there, and at least one is asked for.
template <class Bits>
std::uint64_t take_corrections(bit_source& bits, std::uint64_t which) {
  const auto count = Bits::count(which);
  const auto raw = bits.window() >> (64 - count);
  bits.skip(count);
  return Bits::deposit(raw, which);
}

/// The same, of more than are there.
template <class Bits>
[[gnu::noinline]] std::uint64_t many_corrections(bit_source& bits,
                                                 std::uint64_t which) {
  std::uint64_t result = 0;
  constexpr auto half = ~std::uint64_t{0} >> 32;
  for (auto some : {which & ~half, which & half}) {
    bits.refill();
    result |= some == 0 ? 0 : take_corrections<Bits>(bits, some);
  }
  return result;
}

/// The same, behind a code.
template <class Bits>
[[gnu::always_inline]] inline std::uint64_t corrections(bit_source& bits,
                                                        std::uint64_t which) {
  // Often there are none, and then nothing waits for it.
  if (which == 0)
    return 0;
  if (Bits::count(which) <= surely_left) [[likely]]
    return take_corrections<Bits>(bits, which);
  // A copy: `bits` stays in registers.
  auto source = bits;
  const auto result = many_corrections<Bits>(source, which);
  bits = source;
  return result;
}

} // namespace

struct progressive_decoder::piece {
  bit_source bits;
  const std::uint8_t* bytes;
  std::size_t end;         ///< Byte.
  std::uint64_t mcu;       ///< First of the interval.
  std::uint64_t stop;      ///< Behind its last.
  std::uint32_t empty = 0; ///< Blocks that an end of band still covers.
  std::array<int, 4> last_dc{};

  bool overran() const noexcept {
    return bits.position(bytes) > end * 8;
  }

  /// Calls `each(number)` for all blocks of `target`, which is alone in its
  /// scan, without those that only fill up MCUs; ends early where it says no.
  template <class Each>
  bool for_each_block(const plane& target, Each each) {
    auto column = mcu % target.used_columns;
    auto number = target.number(mcu / target.used_columns, column);
    for (; mcu < stop; ++mcu, ++number) {
      if (column == target.used_columns) {
        column = 0;
        number += target.columns - target.used_columns;
      }
      ++column;
      if (!each(number) || overran())
        return false;
    }
    return true;
  }
};

progressive_decoder::progressive_decoder(const jpeg_tokens& frame)
    : frame_(frame) {
  for (auto& component : frame.components) {
    plane one;
    one.columns = frame.mcus_across * component.across;
    std::tie(one.used_columns, one.used_rows) = frame.used_blocks(component);
    auto count = std::size_t{one.columns} * frame.mcus_down * component.down;
    one.dc.resize(count);
    one.ac.resize(count);
    one.precision.fill(unseen);
    planes_.push_back(std::move(one));
  }
}

/// Notes what the scan tells.
/// @returns Whether it tells the next bits: libjpeg has to judge all else.
bool progressive_decoder::goes_on(const jpeg_scan& scan) {
  for (auto component : scan.components) {
    auto& precision = planes_[component].precision;
    if (scan.first != 0 && precision[0] == unseen)
      return false;
    for (auto position = scan.first; position <= scan.last; ++position) {
      auto before = scan.refined == 0 ? unseen : scan.refined;
      if (std::exchange(precision[position],
                        static_cast<std::uint8_t>(scan.shift))
          != before)
        return false;
    }
  }
  if (scan.first != 0 && scan.refined == 0)
    return begin_first_scan(scan);
  return scan.first == 0 || scan.shift < most_refinements;
}

bool progressive_decoder::begin_first_scan(const jpeg_scan& scan) {
  auto& target = planes_[scan.components[0]];
  const auto number = target.first_scans.size();
  if (number == most_first_scans)
    return false;
  for (auto position = scan.first; position <= scan.last; ++position)
    target.scan_of[position] = static_cast<std::uint8_t>(number);
  auto& one = target.first_scans.emplace_back();
  one.before = ~(~std::uint64_t{0} >> scan.first);
  one.begins.resize(target.ac.size());
  return true;
}

bool progressive_decoder::decode(const jpeg_scan& scan,
                                 const jpeg_scan_data& data) {
  if (!goes_on(scan))
    return false;
  auto& only = planes_[scan.components[0]];
  // A component alone has a block for each MCU, without the filling ones.
  auto total = scan.components.size() == 1
                 ? std::uint64_t{only.used_columns} * only.used_rows
                 : std::uint64_t{frame_.mcus_across} * frame_.mcus_down;
  std::uint64_t interval =
    scan.restart_interval == 0 ? total : scan.restart_interval;
  if ((total + interval - 1) / interval != data.ends.size())
    return false;
  static const bool fast = bmi2_bits::available();
  auto decode_piece = [&](piece& from) {
    if (scan.first == 0)
      return scan.refined == 0 ? first_dc(scan, from) : refine_dc(scan, from);
    if (scan.refined == 0)
      return first_ac(scan, only, from);
    return fast ? refine_ac<bmi2_bits>(scan, only, from)
                : refine_ac<portable_bits>(scan, only, from);
  };
  auto* bytes = data.bytes.get();
  std::size_t begin = 0;
  std::uint64_t mcu = 0;
  for (auto end : data.ends) {
    piece from{bit_source(bytes + begin), bytes, end, mcu,
               std::min(mcu + interval, total)};
    mcu = from.stop;
    if (!decode_piece(from) || end * 8 - from.bits.position(bytes) >= 16)
      return false;
    begin = end;
  }
  return true;
}

template <class Block>
bool progressive_decoder::for_each_dc(const jpeg_scan& scan, piece& from,
                                      Block block) {
  if (scan.components.size() == 1) {
    auto& target = planes_[scan.components[0]];
    return from.for_each_block(
      target, [&](std::size_t number) { return block(0, target.dc[number]); });
  }
  auto row = from.mcu / frame_.mcus_across;
  auto column = from.mcu % frame_.mcus_across;
  for (; from.mcu < from.stop; ++from.mcu) {
    for (std::size_t i = 0; i < scan.components.size(); ++i) {
      auto& target = planes_[scan.components[i]];
      auto& component = frame_.components[scan.components[i]];
      for (std::size_t y = 0; y < component.down; ++y)
        for (std::size_t x = 0; x < component.across; ++x)
          if (!block(i,
                     target.dc[target.number(row * component.down + y,
                                             column * component.across + x)]))
            return false;
    }
    if (++column == frame_.mcus_across) {
      column = 0;
      ++row;
    }
    if (from.overran())
      return false;
  }
  return true;
}

bool progressive_decoder::first_dc(const jpeg_scan& scan, piece& from) {
  return for_each_dc(scan, from, [&](std::size_t i, std::int16_t& value) {
    jpeg_decoding_table::entry found;
    if (!scan.tables[i].dc->take(from.bits, found))
      return false;
    auto& last = from.last_dc[i];
    last += found.value();
    // The second bound keeps the product in an int.
    if (std::abs(last) > INT16_MAX || std::abs(last << scan.shift) > INT16_MAX)
      return false;
    value = static_cast<std::int16_t>(last * (1 << scan.shift));
    return true;
  });
}

bool progressive_decoder::refine_dc(const jpeg_scan& scan, piece& from) {
  return for_each_dc(scan, from, [&](std::size_t, std::int16_t& value) {
    value =
      static_cast<std::int16_t>(value | from.bits.take_bit() << scan.shift);
    return true;
  });
}

bool progressive_decoder::first_ac(const jpeg_scan& scan, plane& target,
                                   piece& from) {
  auto& table = *scan.tables[0].ac;
  auto& begins = target.first_scans.back().begins;
  return from.for_each_block(target, [&](std::size_t number) {
    if (from.empty > 0) {
      --from.empty;
      return true;
    }
    auto bits = from.bits;
    auto& block = target.ac[number];
    auto* to = target.room_for_magnitudes();
    begins[number] = static_cast<std::uint32_t>(target.magnitude_count);
    for (auto position = scan.first - 1; position < scan.last;) {
      jpeg_decoding_table::entry found;
      if (!table.take(bits, found))
        return false;
      if (found.advance() >= end_of_block) {
        from.empty = covered_blocks(bits, found.advance()) - 1;
        break;
      }
      position += found.advance();
      if (found.value() == 0)
        continue;
      auto magnitude = static_cast<std::uint32_t>(std::abs(found.value()))
                       << scan.shift;
      if (position > scan.last || magnitude > INT16_MAX)
        return false;
      *to++ = static_cast<std::uint16_t>(magnitude);
      block.early |= bit_of(position);
      block.negative |= found.value() < 0 ? bit_of(position) : 0;
    }
    block.known = block.early;
    target.magnitude_count =
      static_cast<std::size_t>(to - target.magnitudes.data());
    from.bits = bits;
    return true;
  });
}

template <class Bits>
bool progressive_decoder::refine_ac(const jpeg_scan& scan, plane& target,
                                    piece& from) {
  const auto all = band(scan.first, scan.last);
  return from.for_each_block(target, [&](std::size_t number) {
    auto& block = target.ac[number];
    if (from.empty == 0)
      return refine_block<Bits>(scan, block, from);
    --from.empty;
    auto bits = from.bits;
    bits.refill();
    block.refined[scan.shift] |= corrections<Bits>(bits, block.known & all);
    from.bits = bits;
    return true;
  });
}

template <class Bits>
bool progressive_decoder::refine_block(const jpeg_scan& scan, block_bits& block,
                                       piece& from) {
  const auto before = block.known;
  auto& refined = block.refined[scan.shift];
  // What is still ahead.
  auto rest = band(scan.first, scan.last);
  auto bits = from.bits;
  while (rest != 0) {
    jpeg_decoding_table::entry found;
    if (!scan.tables[0].ac->take(bits, found))
      return false;
    if (found.advance() >= end_of_block) {
      from.empty = covered_blocks(bits, found.advance()) - 1;
      bits.refill();
      refined |= corrections<Bits>(bits, before & rest);
      break;
    }
    if (found.value() > 1 || found.value() < -1)
      return false;
    // Skips the run of zeros, and corrects what lies between them.
    auto zeros = ~before & rest;
    if (Bits::count(zeros) < found.advance())
      return false;
    auto place = nth_from_top<Bits>(zeros, found.advance());
    refined |= corrections<Bits>(bits, before & rest & ~(place - 1));
    rest &= place - 1;
    if (found.value() != 0) {
      refined |= place;
      block.known |= place;
      block.negative |= found.value() < 0 ? place : 0;
    }
  }
  from.bits = bits;
  return true;
}

} // namespace pixmill::imaging
