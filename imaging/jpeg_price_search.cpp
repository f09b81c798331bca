#include "imaging/jpeg_price_search.hpp"

#include <algorithm>
#include <cmath>

namespace pixmill::imaging {

void price_search::add(double price, double excess) {
  tries_.push_back({price, excess});
}

const price_try& price_search::best() const {
  return *std::min_element(
    tries_.begin(), tries_.end(), [](auto& left, auto& right) {
      return std::abs(left.excess) < std::abs(right.excess);
    });
}

void price_search::settle() {
  tries_ = {best()};
}

double price_search::power(double usual) const {
  if (tries_.size() < 2)
    return usual;
  auto& now = tries_.back();
  auto& before = tries_[tries_.size() - 2];
  if (now.price == before.price)
    return usual;
  return std::clamp((before.excess - now.excess) / (now.price - before.price),
                    0.07, 0.4);
}

double price_search::next(double power) const {
  const price_try* low = nullptr; // Too large a size.
  const price_try* high = nullptr;
  for (auto& one : tries_)
    if (one.excess > 0 ? low == nullptr || one.price > low->price
                       : high == nullptr || one.price < high->price)
      (one.excess > 0 ? low : high) = &one;
  if (low == nullptr || high == nullptr || low->price >= high->price)
    return tries_.back().price + tries_.back().excess / power;
  auto share = low->excess / (low->excess - high->excess);
  return std::lerp(low->price, high->price, std::clamp(share, 0.15, 0.85));
}

} // namespace pixmill::imaging
