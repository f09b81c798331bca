#include "model/trace_parent.hpp"

#include <algorithm>

namespace pixmill {
namespace {

constexpr std::size_t whole = 55;
constexpr std::size_t trace_begin = 3;
constexpr std::size_t span_begin = 36;
constexpr std::size_t flags_begin = 53;

// The standard knows lower case only.
bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != text.npos;
}

} // namespace

std::optional<trace_parent> trace_parent::parse(std::string_view text) {
  if (text.size() < whole)
    return std::nullopt;
  const auto version = text.substr(0, 2);
  // Later versions may append, behind a dash.
  const bool right_length =
    text.size() == whole || (version != "00" && text[whole] == '-');
  if (!is_hex(version) || version == "ff" || !right_length || text[2] != '-'
      || text[span_begin - 1] != '-' || text[flags_begin - 1] != '-'
      || !is_id(text.substr(trace_begin, 32))
      || !is_id(text.substr(span_begin, 16))
      || !is_hex(text.substr(flags_begin, 2)))
    return std::nullopt;
  return trace_parent{"00" + std::string{text.substr(2, whole - 2)}};
}

trace_parent trace_parent::child(std::uint64_t span) const {
  constexpr std::string_view digits = "0123456789abcdef";
  auto out = value_;
  span = std::max<std::uint64_t>(span, 1);
  for (std::size_t i = 0; i < 16; ++i)
    out[span_begin + i] = digits[span >> (4 * (15 - i)) & 15];
  return trace_parent{std::move(out)};
}

std::string trace_id_of(std::string_view text) {
  const auto parsed = trace_parent::parse(text);
  return parsed ? std::string{parsed->trace_id()} : std::string{};
}

} // namespace pixmill
