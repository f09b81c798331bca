#include "config/schema.hpp"

#include <algorithm>
#include <vector>

#include "config/schema_parts.hpp"

namespace pixmill::config {
namespace {

using std::chrono::nanoseconds;

bool within(const setting& which, std::int64_t x) noexcept {
  return x >= which.lowest && x <= which.highest;
}

bool accepts_duration(const setting& which, const value& x) {
  const auto* duration = std::get_if<nanoseconds>(&x);
  return duration != nullptr && within(which, duration->count())
         && duration->count() % which.resolution == 0;
}

bool accepts_string(const setting& which, const value& x) {
  const auto* string = std::get_if<std::string>(&x);
  if (string == nullptr)
    return false;
  if (which.kind == value_kind::text)
    return within(which, static_cast<std::int64_t>(string->size()))
           && string->find('\0') == std::string::npos;
  return std::find(which.words.begin(), which.words.end(), *string)
         != which.words.end();
}

bool accepts_list(const setting& which, const value& x) {
  const auto* items = std::get_if<std::vector<list_item>>(&x);
  if (items == nullptr)
    return false;
  // Of a list of numbers the range is that of each of them.
  if (which.kind == value_kind::texts && which.highest > 0
      && !within(which, static_cast<std::int64_t>(items->size())))
    return false;
  return std::all_of(items->begin(), items->end(),
                     [&which](const list_item& item) {
                       if (which.kind == value_kind::numbers) {
                         const auto* number = std::get_if<std::int64_t>(&item);
                         return number != nullptr && within(which, *number);
                       }
                       const auto* string = std::get_if<std::string>(&item);
                       return string != nullptr && which.member_valid(*string);
                     });
}

std::string quoted_words(std::span<const std::string_view> words) {
  std::string out;
  for (const auto word : words) {
    if (!out.empty())
      out += ", ";
    out += '"';
    out += word;
    out += '"';
  }
  return out;
}

std::string number_range(const setting& which) {
  return std::to_string(which.lowest) + " to " + std::to_string(which.highest);
}

// Where another setting of `section` belongs: after those that are there.
std::vector<setting>::const_iterator
end_of_section(const std::vector<setting>& all, std::string_view section) {
  const auto last =
    std::find_if(all.rbegin(), all.rend(), [section](const setting& each) {
      return each.section == section;
    });
  return last == all.rend() ? all.end() : last.base();
}

std::string duration_range(const setting& which) {
  return to_text(nanoseconds{which.lowest}) + " to "
         + to_text(nanoseconds{which.highest}) + " in steps of "
         + to_text(nanoseconds{which.resolution});
}

} // namespace

std::span<const setting> schema() noexcept {
  static const auto joined = [] {
    std::vector<setting> out;
    for (const auto part : {main_schema(), log_schema(), s3_schema(),
                            webhook_schema(), cluster_schema()})
      for (const auto& entry : part)
        out.insert(end_of_section(out, entry.section), entry);
    return out;
  }();
  return joined;
}

std::span<const std::string_view> section_names() {
  static const auto names = [] {
    std::vector<std::string_view> out;
    for (const auto& entry : schema())
      if (out.empty() || out.back() != entry.section)
        out.push_back(entry.section);
    return out;
  }();
  return names;
}

std::vector<std::string_view> keys_of(std::string_view section) {
  std::vector<std::string_view> out;
  for (const auto& entry : schema())
    if (entry.section == section)
      out.push_back(entry.key);
  return out;
}

const setting* find_setting(std::string_view section,
                            std::string_view key) noexcept {
  for (const auto& entry : schema())
    if (entry.section == section && entry.key == key)
      return &entry;
  return nullptr;
}

bool accepts(const setting& which, const value& x) {
  switch (which.kind) {
  case value_kind::toggle:
    return std::holds_alternative<bool>(x);
  case value_kind::number:
  case value_kind::bytes: {
    const auto* number = std::get_if<std::int64_t>(&x);
    return number != nullptr && within(which, *number);
  }
  case value_kind::duration:
    return accepts_duration(which, x);
  case value_kind::text:
  case value_kind::word:
    return accepts_string(which, x);
  case value_kind::texts:
  case value_kind::numbers:
    return accepts_list(which, x);
  }
  return false;
}

std::string allowed(const setting& which) {
  switch (which.kind) {
  case value_kind::toggle:
    return "true or false";
  case value_kind::number:
    return "a whole number from " + number_range(which);
  case value_kind::bytes:
    return "a whole number of bytes from " + number_range(which);
  case value_kind::duration:
    return "a duration from " + duration_range(which);
  case value_kind::text:
    return "a \"string\" of " + number_range(which) + " bytes";
  case value_kind::word:
    return "one of " + quoted_words(which.words);
  case value_kind::texts:
    return "a list [\"…\", \"…\"] of "
           + (which.highest > 0 ? number_range(which) + " " : std::string{})
           + "strings, each " + std::string{which.member_name};
  case value_kind::numbers:
    return "a list [1, 2] of whole numbers from " + number_range(which);
  }
  return {};
}

std::string shown(const setting& which, const settings& source) {
  auto text = to_text(which.current(source));
  if (!which.secret || text == "\"\"" || text == "[]")
    return text;
  return which.kind == value_kind::texts ? "[\"********\"]" : "\"********\"";
}

} // namespace pixmill::config
