#include "imaging/jpeg_huffman.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace pixmill::imaging {

namespace {

constexpr std::size_t longest_code = 16;

/// No symbol: it takes the code of ones alone.
constexpr std::uint16_t reserved = 256;

/// Lengths by merging the two rarest trees until one is left; `ranked` is
/// sorted, rarest first.
std::vector<std::size_t> tree_depths(
  const std::vector<std::pair<std::uint64_t, std::uint16_t>>& ranked) {
  auto leaves = ranked.size();
  // Parents of leaves, then of inner nodes, in the order of their making;
  // inner nodes are made in rising order too, so that two queues suffice.
  std::vector<std::size_t> parents(2 * leaves - 1);
  std::vector<std::uint64_t> weights(2 * leaves - 1);
  for (std::size_t i = 0; i < leaves; ++i)
    weights[i] = ranked[i].first;
  std::size_t leaf = 0;
  std::size_t inner = leaves;
  for (auto made = leaves; made < parents.size(); ++made)
    for (int child = 0; child < 2; ++child) {
      bool take_leaf =
        leaf < leaves && (inner == made || weights[leaf] <= weights[inner]);
      auto taken = take_leaf ? leaf++ : inner++;
      weights[made] += weights[taken];
      parents[taken] = made;
    }
  std::vector<std::size_t> depths(parents.size());
  for (auto node = parents.size() - 1; node-- > 0;)
    depths[node] = depths[parents[node]] + 1;
  depths.resize(leaves);
  return depths;
}

} // namespace

huffman_code best_code(const symbol_counts& counts) {
  std::vector<std::pair<std::uint64_t, std::uint16_t>> ranked{{0, reserved}};
  for (std::size_t symbol = 0; symbol < counts.size(); ++symbol)
    if (counts[symbol] != 0)
      ranked.emplace_back(counts[symbol], static_cast<std::uint16_t>(symbol));
  if (ranked.size() == 1)
    ranked.emplace_back(1, std::uint16_t{0}); // A table must not be empty.
  std::sort(ranked.begin(), ranked.end());
  auto depths = tree_depths(ranked);
  std::array<int, 260> at_depth{};
  for (auto depth : depths)
    ++at_depth[depth];
  // Leaves below the limit move up in pairs, as K.3 does.
  for (auto depth = at_depth.size() - 1; depth > longest_code; --depth)
    while (at_depth[depth] > 0) {
      auto above = depth - 2;
      while (at_depth[above] == 0)
        --above;
      at_depth[depth] -= 2;
      ++at_depth[depth - 1];
      at_depth[above + 1] += 2;
      --at_depth[above];
    }
  huffman_code result;
  auto longest = longest_code;
  while (at_depth[longest] == 0)
    --longest;
  --at_depth[longest]; // The reserved one, which is the rarest.
  std::uint16_t code = 0;
  auto next = ranked.rbegin();
  for (std::size_t length = 1; length <= longest_code; ++length, code <<= 1) {
    result.counts[length - 1] = static_cast<std::uint8_t>(at_depth[length]);
    for (int i = 0; i < at_depth[length]; ++i, ++next) {
      result.symbols.push_back(static_cast<std::uint8_t>(next->second));
      result.codes[next->second] = code++;
      result.lengths[next->second] = static_cast<std::uint8_t>(length);
    }
  }
  return result;
}

} // namespace pixmill::imaging
