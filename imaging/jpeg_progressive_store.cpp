#include <algorithm>
#include <bit>
#include <cstdlib>

#include "imaging/bit_deposit.hpp"
#include "imaging/jpeg_progressive_decoder.hpp"

namespace pixmill::imaging {

/// Where small values become zero.
struct progressive_decoder::output {
  const requantizing_factors* factors = nullptr; ///< Null: stays as it is.
  std::uint64_t no_ones = 0;
  std::uint64_t no_threes = 0;

  explicit output(const requantizing_factors* to) : factors(to) {
    for (std::uint32_t i = 1; i < 64 && to != nullptr; ++i) {
      no_ones |= requantized(1, (*to)[i]) == 0 ? bit_of(i) : 0;
      no_threes |= requantized(3, (*to)[i]) == 0 ? bit_of(i) : 0;
    }
  }

  /// Returns what stays, and maybe some that do not.
  std::uint64_t staying(const block_bits& block) const noexcept {
    auto below_four = ~block.early & ~block.refined[2];
    auto below_two = below_four & ~block.refined[1];
    return block.known & ~(below_two & no_ones) & ~(below_four & no_threes);
  }
};

bool progressive_decoder::store(
  jpeg_tokens& picture, const std::vector<requantizing_factors>* factors,
  jpeg_similarity* likeness) const {
  std::vector<output> as_wanted;
  std::vector<output> as_it_is;
  for (std::size_t i = 0; i < planes_.size(); ++i) {
    as_wanted.emplace_back(factors == nullptr ? nullptr : &(*factors)[i]);
    as_it_is.emplace_back(nullptr);
  }
  const auto store_one = bmi2_bits::available()
                           ? &progressive_decoder::store_mcu<bmi2_bits>
                           : &progressive_decoder::store_mcu<portable_bits>;
  auto& tokens = picture.tokens;
  token_list sample;
  for (std::size_t row = 0; row < frame_.mcus_down; ++row) {
    picture.rows.push_back(tokens.size());
    const auto has_samples = likeness != nullptr && likeness->has_samples(row);
    if (has_samples)
      likeness->begin(row);
    for (std::uint32_t column = 0; column < frame_.mcus_across; ++column) {
      const auto is_sample = has_samples && jpeg_similarity::is_sample(column);
      sample.clear();
      if (!(this->*store_one)(row, column, is_sample ? as_it_is : as_wanted,
                              is_sample ? sample : tokens))
        return false;
      if (is_sample)
        tokens.end_at(
          likeness->requantize(row, column, {sample.begin(), sample.end()},
                               *factors, tokens.room_for(sample.size())));
    }
  }
  picture.rows.push_back(tokens.size());
  return true;
}

/// Appends the coefficients of an MCU.
template <class Bits>
bool progressive_decoder::store_mcu(std::size_t row, std::size_t column,
                                    const std::vector<output>& outputs,
                                    token_list& to) const {
  for (std::size_t i = 0; i < planes_.size(); ++i) {
    auto& component = frame_.components[i];
    auto* at = to.room_for(std::size_t{component.across} * component.down * 64);
    for (std::size_t y = 0; y < component.down; ++y)
      for (std::size_t x = 0; x < component.across; ++x)
        if (!store_block<Bits>(planes_[i],
                               planes_[i].number(row * component.down + y,
                                                 column * component.across + x),
                               i, outputs[i], at))
          return false;
    to.end_at(at);
  }
  return true;
}

template <class Bits>
bool progressive_decoder::store_block(const plane& from, std::size_t number,
                                      std::size_t component, const output& how,
                                      std::uint32_t*& to) {
  auto* factors = how.factors;
  int dc = from.dc[number];
  if (std::abs(dc) > largest_dc)
    return false;
  *to++ = make_token(factors == nullptr ? dc : requantized(dc, (*factors)[0]),
                     component, 0);
  auto& block = from.ac[number];
  auto left = how.staying(block);
  if (left == 0)
    return true;
  // Where a block's magnitudes would begin if all scans before were this one:
  // maybe before the first.
  std::array<std::ptrdiff_t, most_first_scans> begins;
  for (std::size_t i = 0; i < from.first_scans.size(); ++i)
    begins[i] = std::ptrdiff_t{from.first_scans[i].begins[number]}
                - Bits::count(block.early & from.first_scans[i].before);
  std::uint32_t largest = 0;
  // Neither signs nor scans can be guessed, so nothing branches on them.
  do {
    const auto position = static_cast<std::uint32_t>(std::countl_zero(left));
    const auto shift = 63 - position;
    const auto here = bit_of(position);
    left ^= here;
    auto bit = [shift](std::uint64_t bits) {
      return static_cast<std::uint32_t>(bits >> shift & 1);
    };
    const auto nth = begins[from.scan_of[position]]
                     + Bits::count(block.early & (0 - here) << 1);
    const auto magnitude = from.magnitudes[static_cast<std::size_t>(
                             (block.early & here) != 0 ? nth : 0)]
                           | bit(block.refined[0]) | bit(block.refined[1]) << 1
                           | bit(block.refined[2]) << 2;
    largest |= magnitude;
    const auto sign = -static_cast<int>(bit(block.negative));
    const auto value = (static_cast<int>(magnitude) ^ sign) - sign;
    auto place = make_token(0, component, position);
    *to = factors == nullptr
            ? static_cast<std::uint32_t>(value) << 16 | place
            : requantized_token(value, (*factors)[position], place);
    to += *to >> 16 != 0 ? 1 : 0;
  } while (left != 0);
  return largest <= largest_ac;
}

} // namespace pixmill::imaging
