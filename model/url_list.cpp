#include "model/url_list.hpp"

#include <algorithm>

#include "model/url_noise.hpp"

namespace pixmill {
namespace {

constexpr std::string_view separators = ",;|\t\r\n";
constexpr std::string_view blanks = " \t\r\n";

bool is_one_of(char c, std::string_view set) noexcept {
  return set.find(c) != set.npos;
}

std::string_view strip(std::string_view text, std::string_view set) noexcept {
  const auto first = std::min(text.find_first_not_of(set), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(set) + 1);
}

// Returns where the scheme that ends before "://" at `colon` begins.
std::size_t scheme_start(std::string_view cell, std::size_t colon) noexcept {
  auto start = colon;
  while (start > 0) {
    const auto c = static_cast<unsigned char>(cell[start - 1] | 0x20);
    const char raw = cell[start - 1];
    if ((c < 'a' || c > 'z') && (raw < '0' || raw > '9') && raw != '+'
        && raw != '-' && raw != '.')
      break;
    --start;
  }
  return start;
}

// Whether an entry may begin at `start`: behind a separator, not inside a URL
// that carries another one.
bool begins_entry(std::string_view cell, std::size_t start) noexcept {
  return start == 0 || is_one_of(cell[start - 1], ",;|[(")
         || noise_at_end(cell.substr(0, start)) > 0;
}

// Takes the separators, quotes and blanks behind an entry off.
url_entry tidy(std::string_view text) {
  int cuts = 0;
  for (;;) {
    if (const auto noise = noise_at_end(text))
      text.remove_suffix(noise);
    else if (text.empty() || !is_one_of(text.back(), ",;|"))
      break;
    else {
      text.remove_suffix(1);
      ++cuts;
    }
  }
  return {.text = text, .comma = text.find(',') != text.npos, .gap = cuts > 1};
}

std::string_view without_brackets(std::string_view cell) noexcept {
  cell = strip(cell, blanks);
  if (cell.size() >= 2 && cell.front() == '[' && cell.back() == ']')
    return strip(cell.substr(1, cell.size() - 2), blanks);
  return cell;
}

// Where in `text` an entry begins whose scheme takes no "//": `data:…` behind a
// separator is not part of the URL before it.
std::size_t opaque_start(std::string_view text) noexcept {
  constexpr std::string_view schemes[] = {
    "data:", "blob:", "javascript:", "mailto:"};
  auto first = text.npos;
  for (const auto scheme : schemes) {
    auto at = text.find(scheme);
    while (at != text.npos && !begins_entry(text, at))
      at = text.find(scheme, at + 1);
    first = std::min(first, at);
  }
  return first;
}

// Adds an entry that begins with a scheme, and what else it may hold.
void add_entries(std::string_view text, std::size_t most,
                 std::vector<url_entry>& out) {
  auto entry = tidy(text);
  while (entry.comma && out.size() + 1 < most) {
    const auto cut = opaque_start(entry.text.substr(1));
    if (cut == entry.text.npos)
      break;
    const auto rest = entry.text.substr(cut + 1);
    out.push_back(tidy(entry.text.substr(0, cut + 1)));
    entry = {
      .text = rest, .comma = rest.find(',') != rest.npos, .gap = entry.gap};
  }
  out.push_back(entry);
}

void split_plain(std::string_view cell, std::size_t most,
                 std::vector<url_entry>& out) {
  bool gap = false;
  while (!cell.empty() && out.size() < most) {
    const auto end = std::min(cell.find_first_of(separators), cell.size());
    const auto text = without_noise(cell.substr(0, end));
    if (!text.empty())
      out.push_back({.text = text, .comma = false, .gap = false});
    else if (!out.empty())
      gap = true;
    if (!text.empty() && gap && out.size() > 1) {
      out[out.size() - 2].gap = true;
      gap = false;
    }
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
}

} // namespace

void split_url_list(std::string_view cell, std::size_t most,
                    std::vector<url_entry>& out) {
  out.clear();
  cell = without_brackets(cell);
  std::size_t entry = std::string_view::npos;
  for (auto colon = cell.find("://"); colon != cell.npos && out.size() < most;
       colon = cell.find("://", colon + 3)) {
    const auto start = scheme_start(cell, colon);
    if (start == colon || !begins_entry(cell, start))
      continue;
    if (entry == cell.npos)
      split_plain(cell.substr(0, start), most, out); // What stands before it.
    else
      add_entries(cell.substr(entry, start - entry), most, out);
    entry = start;
  }
  if (entry == cell.npos)
    return split_plain(cell, most, out);
  if (out.size() == most)
    return;
  add_entries(cell.substr(entry), most, out);
  out.back().gap = false; // Separators at the end mean nothing.
}

} // namespace pixmill
