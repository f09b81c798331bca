#include "config/suggestion.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace pixmill::config {
namespace {

// Upper case and underscores are how the environment spells keys.
char folded(char c) noexcept {
  if (c == '_')
    return '-';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Optimal string alignment: letters to insert, remove, replace or swap.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto x = folded(a[i - 1]);
      const auto y = folded(b[j - 1]);
      row[j] =
        std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (x == y ? 0 : 1)});
      if (i > 1 && j > 1 && x == folded(b[j - 2]) && y == folded(a[i - 2]))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

} // namespace

std::string_view nearest(std::string_view word,
                         std::span<const std::string_view> known) {
  std::string_view best;
  auto fewest = static_cast<std::size_t>(-1);
  for (const auto candidate : known) {
    const auto edits = distance(word, candidate);
    const auto allowed = std::max<std::size_t>(1, candidate.size() / 3);
    if (edits <= allowed && edits < fewest) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

std::string suggestion(std::string_view word,
                       std::span<const std::string_view> known) {
  if (const auto meant = nearest(word, known); !meant.empty())
    return "; did you mean \"" + std::string{meant} + "\"?";
  std::string out = "; known: ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i > 0)
      out += ", ";
    out += known[i];
  }
  return out;
}

} // namespace pixmill::config
