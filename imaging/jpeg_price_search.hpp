#pragma once

#include <vector>

namespace pixmill::imaging {

/// One price of a bit that was tried.
struct price_try {
  double price = 0;  ///< Logarithm.
  double excess = 0; ///< Logarithm of the size over what it should be.
};

/// What is known about the price that is looked for: sizes fall as it rises.
class price_search {
public:
  void add(double price, double excess);

  /// Returns the one with the least excess.
  const price_try& best() const;

  /// Keeps the best alone.
  void settle();

  /// Returns the power of the price that sizes fall with, by the last two
  /// tries.
  /// @param usual If those do not tell.
  double power(double usual) const;

  /// Returns the price to try next, logarithm: between two that enclose it, or
  /// where the last one leads with this power.
  double next(double power) const;

private:
  std::vector<price_try> tries_; ///< At least one, once asked.
};

} // namespace pixmill::imaging
