#include "http/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace pixmill::http {
namespace {

constexpr std::string_view unit = "bytes=";

// Nothing: it is no number. The gate lets none through that is too long.
std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t out = 0;
  const auto* end = text.data() + text.size();
  const auto [last, wrong] = std::from_chars(text.data(), end, out);
  return wrong == std::errc{} && last == end ? std::optional{out}
                                             : std::nullopt;
}

} // namespace

byte_range range_in(std::string_view field, std::uint64_t size) {
  const byte_range all{.first = 0, .length = size};
  if (!field.starts_with(unit))
    return all;
  field.remove_prefix(unit.size());
  const auto dash = field.find('-');
  if (dash == field.npos)
    return all;
  const auto first = number_in(field.substr(0, dash));
  const auto last = number_in(field.substr(dash + 1));
  const bool open = dash + 1 == field.size();
  byte_range out{.first = 0, .length = 0, .whole = false};
  if (dash == 0 && last) { // The last so many bytes.
    out.length = std::min(*last, size);
    out.first = size - out.length;
    out.satisfiable = out.length > 0;
    return out;
  }
  if (!first || (!open && (!last || *last < *first)))
    return all;
  if (*first >= size) {
    out.satisfiable = false;
    return out;
  }
  out.first = *first;
  out.length = (open ? size - 1 : std::min(*last, size - 1)) - *first + 1;
  return out;
}

} // namespace pixmill::http
