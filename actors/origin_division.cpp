// How an origin's permits are divided between nodes.

#include <tuple>

#include "actors/origin_ledger.hpp"

namespace pixmill::actors {
namespace {

// With fewer permits than nodes that wait for one, each has one for so long.
constexpr std::chrono::milliseconds turn{5'000};

} // namespace

// What is to be free for the first tasks of nodes that have none yet, unless
// others need it.
std::uint32_t origin_ledger::reserve(const origin& at) const {
  const auto with =
    std::count_if(at.of.begin(), at.of.end(),
                  [](const auto& entry) { return entry.second.told() > 0; });
  const auto without = members_.size() - static_cast<std::size_t>(with);
  return static_cast<std::uint32_t>(at.limit.value() * without
                                    / members_.size());
}

// Says how many permits each node should have. First one for each that has
// something to do there, then for each that could have; then what there is to
// do counts, and in the end who has what.
origin_ledger::targets origin_ledger::divide(const origin& at,
                                             time_point now) const {
  targets out;
  auto left = at.limit.value();
  if (members_.size() == 1) {
    for (const auto& [node, x] : at.of)
      out[node] = left;
    return out;
  }
  struct claim {
    incarnation_id node;
    const share* of;
    int rank; ///< The lowest goes first.
  };
  std::vector<claim> claims;
  for (const auto& [node, x] : at.of) {
    const bool has = x.told() > 0;
    const bool over = has && now - x.since >= turn;
    if (x.demand() > 0)
      claims.push_back({node, &x, has && !over ? 0 : has ? 2 : 1});
    else if (x.is_wanted(now))
      claims.push_back({node, &x, has ? 3 : 4});
  }
  std::sort(claims.begin(), claims.end(), [](const claim& a, const claim& b) {
    const auto key = [](const claim& c) {
      return std::make_tuple(c.rank, c.of->since, c.node);
    };
    return key(a) < key(b);
  });
  const auto give = [&](const claim& to, std::uint32_t most) {
    auto& has = out[to.node];
    if (left == 0 || has >= most)
      return false;
    ++has;
    --left;
    return true;
  };
  for (const auto& x : claims)
    give(x, 1);
  for (bool any = true; any;) {
    any = false;
    for (const auto& x : claims)
      any = give(x, x.of->demand()) || any;
  }
  left -= std::min(left, reserve(at));
  for (const auto& [node, x] : at.of) {
    const auto keep = std::min(left, x.told() - std::min(x.told(), out[node]));
    out[node] += keep;
    left -= keep;
  }
  return out;
}

} // namespace pixmill::actors
