#include "actors/url_table.hpp"

#include <algorithm>
#include <bit>
#include <random>
#include <utility>

#include <xxhash.h>

namespace pixmill::actors {
namespace {

std::uint64_t random_seed() {
  std::random_device entropy;
  return (std::uint64_t{entropy()} << 32) | entropy();
}

} // namespace

url_table::url_table(std::size_t expected)
    : seed_{random_seed()},
      cells_(
        std::bit_ceil(std::max<std::size_t>(expected + expected / 3, 64))) {}

url_table::entry& url_table::at(std::string_view url, slot_id owner) {
  auto [low, high] = XXH3_128bits_withSeed(url.data(), url.size(), seed_);
  if (low == 0 && high == 0)
    low = 1;
  if ((used_ + 1) * 4 > cells_.size() * 3)
    grow();
  auto& found = probe(low, high);
  if (found.low == 0 && found.high == 0) {
    found = {low, high, {owner, false}};
    ++used_;
  }
  return found.value;
}

url_table::cell& url_table::probe(std::uint64_t low, std::uint64_t high) {
  const auto mask = cells_.size() - 1;
  auto i = static_cast<std::size_t>(low) & mask;
  while ((cells_[i].low != 0 || cells_[i].high != 0)
         && (cells_[i].low != low || cells_[i].high != high))
    i = (i + 1) & mask;
  return cells_[i];
}

void url_table::grow() {
  auto old = std::exchange(cells_, std::vector<cell>(cells_.size() * 2));
  for (const auto& x : old)
    if (x.low != 0 || x.high != 0)
      probe(x.low, x.high) = x;
}

} // namespace pixmill::actors
