#include "model/url_noise.hpp"

#include <array>

namespace pixmill {
namespace {

// In UTF-8: no-break, narrow no-break and ideographic space, zero-width space,
// (non-)joiner, word joiner, byte order mark, directional marks, typographic
// quotes.
constexpr std::array<std::string_view, 15> marks{
  "\xC2\xA0",     "\xE2\x80\xAF", "\xE3\x80\x80", "\xE2\x80\x8B",
  "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x81\xA0", "\xEF\xBB\xBF",
  "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\x9C", "\xE2\x80\x9D",
  "\xE2\x80\x98", "\xE2\x80\x99", "\xE2\x80\x9E"};

bool is_ascii_noise(char c) noexcept {
  constexpr std::string_view noise = " \t\r\n\"'<>";
  return noise.find(c) != noise.npos;
}

bool is_ascii(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x80;
}

} // namespace

std::size_t noise_at_start(std::string_view text) noexcept {
  if (text.empty() || is_ascii(text.front()))
    return !text.empty() && is_ascii_noise(text.front()) ? 1 : 0;
  for (const auto mark : marks)
    if (text.starts_with(mark))
      return mark.size();
  return 0;
}

std::size_t noise_at_end(std::string_view text) noexcept {
  if (text.empty() || is_ascii(text.back()))
    return !text.empty() && is_ascii_noise(text.back()) ? 1 : 0;
  for (const auto mark : marks)
    if (text.ends_with(mark))
      return mark.size();
  return 0;
}

std::string_view without_noise(std::string_view text) noexcept {
  while (const auto size = noise_at_start(text))
    text.remove_prefix(size);
  while (const auto size = noise_at_end(text))
    text.remove_suffix(size);
  return text;
}

} // namespace pixmill
