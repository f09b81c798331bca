#include "model/target.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "model/quantity.hpp"

namespace pixmill {
namespace {

constexpr std::uint64_t max_target_bytes = 1ull << 40;
constexpr std::uint32_t one_in_ppm = 1'000'000;

constexpr std::array<std::pair<format_choice, std::string_view>, 6> formats{{
  {format_choice::keep, "keep"},
  {format_choice::jpeg, "jpeg"},
  {format_choice::png, "png"},
  {format_choice::webp, "webp"},
  {format_choice::avif, "avif"},
  {format_choice::automatic, "auto"},
}};

bool is_share(std::optional<std::uint32_t> ppm) {
  return ppm && *ppm > 0 && *ppm <= one_in_ppm;
}

bool is_size(std::optional<std::uint64_t> bytes) {
  return bytes && *bytes > 0 && *bytes <= max_target_bytes;
}

bool set_bytes(std::string_view text, compress_goal& goal) {
  if (const auto ppm = parse_percent(text); is_share(ppm)) {
    goal.target = target_kind::ratio;
    goal.value = *ppm;
    return true;
  }
  if (const auto bytes = parse_bytes(text); is_size(bytes)) {
    goal.target = target_kind::bytes;
    goal.value = *bytes;
    return true;
  }
  return false;
}

bool set_quality(std::string_view text, compress_goal& goal) {
  unsigned quality = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, quality);
  if (parsed.ec != std::errc{} || parsed.ptr != end || quality < 1
      || quality > 100)
    return false;
  goal.target = target_kind::quality;
  goal.value = quality;
  return true;
}

bool set_scale(std::string_view text, compress_goal& goal) {
  const auto ppm = parse_percent(text);
  if (!is_share(ppm))
    return false;
  goal.target = target_kind::scale;
  goal.value = *ppm;
  return true;
}

} // namespace

caf::expected<compress_goal> parse_target(std::string_view text) {
  compress_goal goal;
  const auto after = [text](std::string_view prefix) {
    return text.substr(prefix.size());
  };
  bool ok = false;
  if (text.starts_with("quality:"))
    ok = set_quality(after("quality:"), goal);
  else if (text.starts_with('q'))
    ok = set_quality(after("q"), goal);
  else if (text.starts_with("scale:"))
    ok = set_scale(after("scale:"), goal);
  else if (text.starts_with("bytes:"))
    ok = set_bytes(after("bytes:"), goal);
  else
    ok = set_bytes(text, goal);
  if (!ok)
    return make_error(errc::option_invalid,
                      "target: must be a share such as 50%, a size such as "
                      "120kB, quality:1..100 or scale:50%, not "
                        + std::string{text.substr(0, 80)});
  return goal;
}

std::string to_target(const compress_goal& goal) {
  switch (goal.target) {
  case target_kind::bytes:
    return std::to_string(goal.value);
  case target_kind::quality:
    return "quality:" + std::to_string(goal.value);
  case target_kind::scale:
    return "scale:" + to_percent(goal.value);
  default:
    return to_percent(goal.value);
  }
}

std::string_view to_string(format_choice format) noexcept {
  for (const auto& [choice, word] : formats)
    if (choice == format)
      return word;
  return "unknown";
}

std::optional<format_choice>
format_choice_from(std::string_view word) noexcept {
  for (const auto& [choice, known] : formats)
    if (known == word)
      return choice;
  return std::nullopt;
}

} // namespace pixmill
