#include "model/quantity.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace pixmill {
namespace {

struct unit_factor {
  std::string_view unit;
  std::uint64_t factor;
};

constexpr std::array byte_units{
  unit_factor{"", 1},
  unit_factor{"b", 1},
  unit_factor{"kb", 1'000},
  unit_factor{"mb", 1'000'000},
  unit_factor{"gb", 1'000'000'000},
  unit_factor{"kib", 1ull << 10},
  unit_factor{"mib", 1ull << 20},
  unit_factor{"gib", 1ull << 30},
};

constexpr std::array time_units{
  unit_factor{"", 1},     unit_factor{"s", 1},      unit_factor{"m", 60},
  unit_factor{"h", 3600}, unit_factor{"d", 86'400},
};

// A decimal number in millionths: 6 digits after the point are kept exactly,
// and more are refused, so that no double and no rounding is needed.
struct decimal {
  std::uint64_t whole = 0;
  std::uint64_t millionths = 0;
  int places = 0;
};

std::optional<std::uint64_t> take_digits(std::string_view& text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] =
    std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{})
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<decimal> take_decimal(std::string_view& text) noexcept {
  decimal result;
  const auto whole = take_digits(text);
  if (!whole)
    return std::nullopt;
  result.whole = *whole;
  if (!text.starts_with('.'))
    return result;
  text.remove_prefix(1);
  const auto before = text.size();
  const auto fraction = take_digits(text);
  result.places = static_cast<int>(before - text.size());
  if (!fraction || result.places > 6)
    return std::nullopt;
  result.millionths = *fraction;
  for (auto place = result.places; place < 6; ++place)
    result.millionths *= 10;
  return result;
}

bool same_unit(std::string_view text, std::string_view unit) noexcept {
  if (text.size() != unit.size())
    return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]) != unit[i])
      return false;
  return true;
}

template <std::size_t N>
std::optional<std::uint64_t>
parse_scaled(std::string_view text,
             const std::array<unit_factor, N>& units) noexcept {
  const auto number = take_decimal(text);
  if (!number)
    return std::nullopt;
  if (text.starts_with(' '))
    text.remove_prefix(1);
  for (const auto& [unit, factor] : units) {
    if (!same_unit(text, unit))
      continue;
    // Room for the fraction as well.
    if (number->whole >= std::numeric_limits<std::uint64_t>::max() / factor)
      return std::nullopt;
    return number->whole * factor + number->millionths * factor / 1'000'000;
  }
  return std::nullopt;
}

} // namespace

std::optional<std::uint32_t> parse_percent(std::string_view text) noexcept {
  const auto number = take_decimal(text);
  if (!number || number->places > 4 || number->whole > 10'000 || text != "%")
    return std::nullopt;
  return static_cast<std::uint32_t>(number->whole * 10'000
                                    + number->millionths / 100);
}

std::string to_percent(std::uint64_t ppm) {
  auto text = std::to_string(ppm / 10'000);
  if (const auto fraction = ppm % 10'000; fraction != 0) {
    text += '.';
    text += std::to_string(10'000 + fraction).substr(1);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + '%';
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept {
  return parse_scaled(text, byte_units);
}

std::optional<std::chrono::seconds>
parse_duration(std::string_view text) noexcept {
  const auto value = parse_scaled(text, time_units);
  if (!value || *value > std::numeric_limits<std::uint32_t>::max())
    return std::nullopt;
  return std::chrono::seconds{*value};
}

} // namespace pixmill
