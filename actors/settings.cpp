#include "actors/settings.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace pixmill::actors {

std::optional<std::chrono::milliseconds> parse_pause(std::string_view text) {
  using std::chrono::milliseconds;
  constexpr milliseconds longest = std::chrono::days{30};
  constexpr std::array<std::pair<std::string_view, milliseconds>, 4> units{
    {{"ms", milliseconds{1}},
     {"s", std::chrono::seconds{1}},
     {"min", std::chrono::minutes{1}},
     {"h", std::chrono::hours{1}}}};
  std::uint32_t number = 0;
  const auto read =
    std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{})
    return std::nullopt;
  const auto unit =
    text.substr(static_cast<std::size_t>(read.ptr - text.data()));
  for (const auto& [name, length] : units)
    if (unit == name && number <= longest / length)
      return number * length;
  return std::nullopt;
}

} // namespace pixmill::actors
