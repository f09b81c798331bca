#include "cli/console_figures.hpp"

#include <array>
#include <cstdio>

namespace pixmill::cli {
namespace {

tint tint_of(const std::string& state) {
  if (state == "completed" || state == "up" || state == "delivered"
      || state == "closed")
    return tint::good;
  if (state == "failed" || state == "lost" || state == "disabled"
      || state == "open")
    return tint::bad;
  if (state == "completed_with_errors" || state == "draining"
      || state == "suspect" || state == "paused" || state == "latched")
    return tint::caution;
  return state == "canceled" ? tint::faint : tint::plain;
}

} // namespace

std::string fixed(double value, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string percent(double share) {
  return fixed(share * 100, share < 0.1 ? 1 : 0) + " %";
}

std::string age_of(double seconds) {
  if (seconds < 100)
    return fixed(seconds, seconds < 10 ? 1 : 0) + " s";
  if (seconds < 6'000)
    return fixed(seconds / 60, 0) + " min";
  return seconds < 360'000 ? fixed(seconds / 3'600, 0) + " h"
                           : fixed(seconds / 86'400, 0) + " d";
}

std::string size_of(double bytes) {
  constexpr std::array units{"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 1'000 && unit + 1 < units.size(); ++unit)
    bytes /= 1'000;
  return fixed(bytes, unit == 0 || bytes >= 100 ? 0 : 1) + " " + units[unit];
}

// Of 2026-03-02T09:30:00.125Z the day and the second.
std::string moment(const std::string& rfc3339) {
  if (rfc3339.size() < 19)
    return rfc3339;
  return rfc3339.substr(0, 10) + " " + rfc3339.substr(11, 8);
}

table::cell state_cell(const std::string& state) {
  return {.text = state, .how = tint_of(state)};
}

table::column left(const char* title, std::size_t widest) {
  return {.title = title, .widest = widest};
}

table::column right(const char* title) {
  return {.title = title, .right = true};
}

} // namespace pixmill::cli
