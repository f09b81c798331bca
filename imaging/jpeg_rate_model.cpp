#include "imaging/jpeg_rate_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

namespace pixmill::imaging {

namespace {

/// Magnitudes above count as this one: so large, and so rare at any frequency
/// but DC's, that no step zeroes them.
constexpr std::size_t most_magnitude = 511;

/// Largest step of a baseline table.
constexpr std::uint32_t largest_step = 255;

/// By how much the next step is coarser, at least by one.
constexpr double step_ratio = 1.1;

/// A step is no larger than this many times the tolerance of errors and the
/// root of lambda: about three are the best where values spread evenly.
constexpr double most_ac_step = 4;
constexpr double most_dc_step = 2;

/// Decisions by rate round values down that are this far above a half.
constexpr double dead_zone = 0.12;

double plogp(double count) {
  return count > 0 ? count * std::log2(count) : 0;
}

/// n log2 n of small numbers, most of those that occur.
double counted_plogp(std::uint32_t count) {
  static const auto table = [] {
    std::array<float, 1024> values{};
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(plogp(static_cast<double>(i)));
    return values;
  }();
  return count < table.size() ? static_cast<double>(table[count])
                              : plogp(count);
}

using magnitudes = std::array<std::uint32_t, most_magnitude + 1>;

struct cost {
  double errors = 0;
  double bits = 0;
};

/// Sums over all magnitudes below each, so that what becomes one quotient is
/// summed up by a difference.
class magnitude_sums {
public:
  /// @param last Largest magnitude that occurs.
  magnitude_sums(const magnitudes& counts, std::size_t last) : last_(last) {
    counts_[0] = sums_[0] = squares_[0] = 0;
    for (std::size_t m = 0; m <= last; ++m) {
      auto magnitude = static_cast<double>(m);
      auto count = m == 0 ? 0.0 : counts[m];
      counts_[m + 1] = counts_[m] + count;
      sums_[m + 1] = sums_[m] + count * magnitude;
      squares_[m + 1] = squares_[m] + count * magnitude * magnitude;
    }
  }

  /// Returns what the step `to` costs values that are multiples of `from`.
  /// @param blocks Blocks, most of which have a zero here.
  cost at(double blocks, std::uint32_t from, std::uint32_t to) const {
    cost result;
    auto ratio = static_cast<double>(to) / from;
    double nonzero = 0;
    std::size_t begin = 1;
    for (std::uint32_t quotient = 0; begin <= last_; ++quotient) {
      auto next = std::min(last_ + 1, static_cast<std::size_t>(std::ceil(
                                        (quotient + 0.5 + dead_zone) * ratio)));
      auto count = counts_[next] - counts_[begin];
      auto level = quotient * ratio;
      result.errors += squares_[next] - squares_[begin]
                       - 2 * level * (sums_[next] - sums_[begin])
                       + level * level * count;
      if (quotient != 0) {
        result.bits -= counted_plogp(static_cast<std::uint32_t>(count));
        nonzero += count;
      }
      begin = next;
    }
    result.errors *= static_cast<double>(from) * from;
    // The entropy of all values, and a sign for each that is not zero.
    result.bits += plogp(blocks) - plogp(blocks - nonzero) + nonzero;
    return result;
  }

private:
  std::size_t last_;
  std::array<double, most_magnitude + 2> counts_;
  std::array<double, most_magnitude + 2> sums_;
  std::array<double, most_magnitude + 2> squares_;
};

} // namespace

/// How often each magnitude occurs at each position.
class jpeg_rate_model::histograms {
public:
  void add(std::size_t position, std::uint32_t magnitude) {
    auto at = std::min<std::size_t>(magnitude, most_magnitude);
    ++counts_[position][at];
    last_[position] = std::max(last_[position], at);
  }

  void add_block() {
    ++blocks_;
  }

  candidates steps_of(std::size_t position, std::uint32_t from,
                      double weight) const {
    candidates result;
    const magnitude_sums sums(counts_[position], last_[position]);
    const auto most = position == 0 ? most_dc_step : most_ac_step;
    for (auto size = from; size <= largest_step;
         size =
           std::max(size + 1, static_cast<std::uint32_t>(size * step_ratio))) {
      auto one = sums.at(blocks_, from, size);
      result.all.push_back(
        {static_cast<std::uint16_t>(size),
         static_cast<float>(one.errors * weight), static_cast<float>(one.bits),
         most_lambda, static_cast<float>(size * std::sqrt(weight) / most)});
      append(result.hull, result.all.back());
      if (one.bits <= 0)
        break; // Nothing is left; coarser changes nothing.
    }
    return result;
  }

private:
  static constexpr auto most_lambda = std::numeric_limits<float>::max();

  /// Leaves out what is never the cheapest: `all` stays the lower hull.
  static void append(std::vector<step>& all, step next) {
    while (!all.empty()) {
      auto& last = all.back();
      auto saved = last.bits - next.bits;
      auto more = next.errors - last.errors;
      if (saved <= 0) {
        if (more >= 0)
          return; // Worse in both.
        all.pop_back();
        continue;
      }
      last.until = more / saved;
      if (all.size() == 1 ? last.until > 0
                          : last.until > all[all.size() - 2].until)
        break;
      all.pop_back();
    }
    all.push_back(next);
  }

  std::array<magnitudes, 64> counts_{};
  std::array<std::size_t, 64> last_{};
  double blocks_ = 0;
};

jpeg_rate_model::jpeg_rate_model(const jpeg_tokens& picture,
                                 const token_rows& rows,
                                 const std::vector<error_weights>& weights)
    : components_(picture.components.size()) {
  std::array<std::size_t, 4> group_of{};
  for (std::size_t i = 0; i < components_; ++i) {
    auto& one = picture.components[i];
    auto same = std::find_if(groups_.begin(), groups_.end(), [&](auto& group) {
      auto& first = picture.components[group.components[0]];
      return first.chroma == one.chroma && first.table == one.table;
    });
    group_of[i] = static_cast<std::size_t>(same - groups_.begin());
    if (same == groups_.end())
      groups_.push_back({{i}, {}});
    else
      same->components.push_back(i);
  }
  std::vector<histograms> counts(groups_.size());
  for (auto& row : rows) {
    std::array<int, 4> last_dc{};
    for (auto* at = row.begin; at != row.end; ++at) {
      auto component = token_component(*at);
      auto position = token_position(*at);
      auto value = token_value(*at);
      auto& target = counts[group_of[component]];
      if (position == 0) {
        value -= std::exchange(last_dc[component], value);
        target.add_block();
      }
      target.add(position, static_cast<std::uint32_t>(std::abs(value)));
    }
  }
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    auto first = groups_[g].components[0];
    for (std::size_t i = 0; i < 64; ++i)
      groups_[g].positions[i] =
        counts[g].steps_of(i, picture.components[first].table[natural_order[i]],
                           static_cast<double>(weights[first][i]));
  }
}

const jpeg_rate_model::step& jpeg_rate_model::cheapest(const candidates& steps,
                                                       double lambda) {
  const auto factor = static_cast<float>(lambda);
  const auto& one = *std::partition_point(
    steps.hull.begin(), steps.hull.end() - 1,
    [factor](const step& each) { return each.until <= factor; });
  const auto root = std::sqrt(factor);
  if (one.least_root <= root)
    return one;
  // The finest is always allowed.
  auto end =
    std::find_if(steps.all.begin() + 1, steps.all.end(),
                 [root](auto& each) { return each.least_root > root; });
  return *std::min_element(
    steps.all.begin(), end, [factor](const step& a, const step& b) {
      return a.errors + factor * a.bits < b.errors + factor * b.bits;
    });
}

std::vector<quant_table> jpeg_rate_model::choose(double lambda) const {
  std::vector<quant_table> tables(components_);
  for (auto& group : groups_) {
    quant_table table{};
    for (std::size_t i = 0; i < 64; ++i)
      table[natural_order[i]] = cheapest(group.positions[i], lambda).size;
    for (auto component : group.components)
      tables[component] = table;
  }
  return tables;
}

double jpeg_rate_model::bits_at(double lambda) const {
  double bits = 0;
  for (auto& group : groups_)
    for (auto& steps : group.positions)
      bits += static_cast<double>(cheapest(steps, lambda).bits);
  return bits;
}

double jpeg_rate_model::lambda_for(double share) const {
  auto wanted = share * bits_at(0);
  auto low = 1e-3;
  auto high = 1e6;
  for (int i = 0; i < 16; ++i) { // To 0.03 %.
    auto middle = std::sqrt(low * high);
    (bits_at(middle) > wanted ? low : high) = middle;
  }
  return std::sqrt(low * high);
}

} // namespace pixmill::imaging
