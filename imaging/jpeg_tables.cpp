#include "imaging/jpeg_tables.hpp"

#include <algorithm>
#include <cstdlib>

namespace pixmill::imaging {

namespace {

constexpr quant_table base_luma{
  16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
  14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
  18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
  49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};

constexpr quant_table base_chroma{
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99,
  24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};

} // namespace

quant_table quality_table(int quality, bool chroma) {
  quality = std::clamp(quality, 1, 100);
  auto percent = quality < 50 ? 5000 / quality : 200 - quality * 2;
  auto table = chroma ? base_chroma : base_luma;
  for (auto& value : table)
    value = static_cast<std::uint16_t>(
      std::clamp((value * percent + 50) / 100, 1, 255));
  return table;
}

int quality_of(const quant_table& luma) {
  int best = 1;
  long least = -1;
  for (int quality = 1; quality <= 100; ++quality) {
    auto table = quality_table(quality, false);
    long distance = 0;
    for (std::size_t i = 0; i < 64; ++i)
      distance += std::abs(int{table[i]} - int{luma[i]});
    // Of qualities with the same tables the highest.
    if (least < 0 || distance <= least) {
      least = distance;
      best = quality;
    }
  }
  return best;
}

quant_table coarser(const quant_table& left, const quant_table& right) {
  quant_table result;
  for (std::size_t i = 0; i < 64; ++i)
    result[i] = std::max(left[i], right[i]);
  return result;
}

} // namespace pixmill::imaging
