#include "config/value.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace pixmill::config {
namespace {

using std::chrono::nanoseconds;

struct time_unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// Largest first, so that a duration is written with the first that divides it.
constexpr std::array time_units{
  time_unit{"d", 86'400'000'000'000},
  time_unit{"h", 3'600'000'000'000},
  time_unit{"min", 60'000'000'000},
  time_unit{"s", 1'000'000'000},
  time_unit{"ms", 1'000'000},
  time_unit{"us", 1'000},
  time_unit{"ns", 1},
};

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void skip_blanks(std::string_view& text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
}

// Takes leading letters off `text`.
std::string_view take_word(std::string_view& text) noexcept {
  std::size_t length = 0;
  while (length < text.size() && is_letter(text[length]))
    ++length;
  const auto word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

value_read failed(std::string problem) {
  return {.found = std::nullopt, .rest = {}, .problem = std::move(problem)};
}

value_read read_string(std::string_view text) {
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    auto c = text[i];
    if (c == '"')
      return {
        .found = std::move(out), .rest = text.substr(i + 1), .problem = {}};
    if (c == '\\' && i + 1 < text.size()) {
      c = text[++i];
      constexpr std::string_view escapes = "nrt\\\"";
      constexpr std::string_view meanings = "\n\r\t\\\"";
      const auto which = escapes.find(c);
      if (which == std::string_view::npos)
        return failed(R"(only \n, \r, \t, \\ and \" may follow a backslash)");
      c = meanings[which];
    }
    out += c;
  }
  return failed("the string does not end on this line");
}

value_read read_number(std::string_view text) {
  const auto digits = text.front() == '-' ? text.substr(1) : text;
  if (digits.empty() || !is_digit(digits.front()))
    return failed({});
  if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1]))
    return failed("a number has no leading zero");
  std::int64_t count = 0;
  const auto [end, code] =
    std::from_chars(text.data(), text.data() + text.size(), count);
  if (code != std::errc{})
    return failed("the number is too large");
  auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto unit = take_word(rest);
  if (unit.empty())
    return {.found = count, .rest = rest, .problem = {}};
  for (const auto& known : time_units) {
    if (known.name != unit)
      continue;
    std::int64_t total = 0;
    if (__builtin_mul_overflow(count, known.nanoseconds, &total))
      return failed("the duration is too long");
    return {.found = nanoseconds{total}, .rest = rest, .problem = {}};
  }
  return failed({});
}

value_read read_list(std::string_view text) {
  std::vector<list_item> items;
  text.remove_prefix(1);
  skip_blanks(text);
  while (!text.empty() && text.front() != ']') {
    auto item = read_value(text);
    if (!item.found)
      return item;
    if (auto* number = std::get_if<std::int64_t>(&*item.found))
      items.emplace_back(*number);
    else if (auto* string = std::get_if<std::string>(&*item.found))
      items.emplace_back(std::move(*string));
    else
      return failed({});
    text = item.rest;
    skip_blanks(text);
    if (!text.empty() && text.front() == ',') {
      text.remove_prefix(1);
      skip_blanks(text);
    } else if (!text.empty() && text.front() != ']') {
      return failed("commas separate the members of a list");
    }
  }
  if (text.empty())
    return failed("the list does not end on this line");
  return {.found = std::move(items), .rest = text.substr(1), .problem = {}};
}

value_read read_word(std::string_view text) {
  auto rest = text;
  const auto word = take_word(rest);
  if (word == "true" || word == "false")
    return {.found = word == "true", .rest = rest, .problem = {}};
  return failed({});
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    case '"':
    case '\\':
      out += '\\';
      [[fallthrough]];
    default:
      out += c;
    }
  }
  return out + '"';
}

std::string duration_text(nanoseconds x) {
  if (x.count() == 0)
    return "0s";
  for (const auto& unit : time_units)
    if (x.count() % unit.nanoseconds == 0)
      return std::to_string(x.count() / unit.nanoseconds)
             + std::string{unit.name};
  return {}; // Not reached: every duration is a whole number of nanoseconds.
}

std::string list_text(const std::vector<list_item>& items) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1)
      out += ", ";
    if (const auto* number = std::get_if<std::int64_t>(&item))
      out += std::to_string(*number);
    else
      out += quoted(std::get<std::string>(item));
  }
  return out + ']';
}

} // namespace

value_read read_value(std::string_view text) {
  skip_blanks(text);
  if (text.empty())
    return failed({});
  switch (text.front()) {
  case '"':
    return read_string(text);
  case '[':
    return read_list(text);
  case 't':
  case 'f':
    return read_word(text);
  default:
    return read_number(text);
  }
}

std::string to_text(const value& x) {
  struct writer {
    std::string operator()(bool flag) const {
      return flag ? "true" : "false";
    }
    std::string operator()(std::int64_t number) const {
      return std::to_string(number);
    }
    std::string operator()(nanoseconds duration) const {
      return duration_text(duration);
    }
    std::string operator()(const std::string& string) const {
      return quoted(string);
    }
    std::string operator()(const std::vector<list_item>& items) const {
      return list_text(items);
    }
  };
  return std::visit(writer{}, x);
}

} // namespace pixmill::config
