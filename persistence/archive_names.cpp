#include "persistence/archive_names.hpp"

#include <algorithm>

namespace pixmill::persistence {
namespace {

constexpr std::size_t least_digits = 4;
constexpr std::size_t longest_slug = 40;
constexpr std::size_t most_contents = 65'536;

// `Blue "Mug", 12 cl` becomes `blue-mug-12-cl`.
std::string slug_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (out.size() == longest_slug)
      break;
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      out += c;
    else if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  if (!out.empty() && out.back() == '-')
    out.pop_back();
  return out;
}

} // namespace

archive_names::archive_names(std::uint32_t rows)
    : digits_{std::max(least_digits, std::to_string(rows).size())} {
  // nop
}

archive_names::answer archive_names::name_of(std::uint32_t row,
                                             std::size_t slot,
                                             std::string_view product,
                                             const outcome& x) {
  if (const auto known = by_content_.find(x.sha256); known != by_content_.end())
    return {known->second, false};
  const auto number = std::to_string(row);
  std::string name{"images/"};
  name.append(digits_ - std::min(digits_, number.size()), '0').append(number);
  name.append("-").append(std::to_string(slot + 1));
  if (const auto slug = slug_of(product); !slug.empty())
    name.append("-").append(slug);
  name.append(".").append(extension_of(x.format));
  if (by_content_.size() < most_contents)
    by_content_.emplace(x.sha256, name);
  return {std::move(name), true};
}

} // namespace pixmill::persistence
