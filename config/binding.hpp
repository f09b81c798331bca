#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "config/schema.hpp"
#include "imaging/settings.hpp"
#include "net/settings.hpp"
#include "persistence/settings.hpp"

/// How a member of a settings struct becomes a value and back; for the table
/// of settings alone.
namespace pixmill::config {

/// In the order of telemetry::log_level.
inline constexpr std::array<std::string_view, 5> log_levels{
  "debug", "info", "warning", "error", "off"};

/// In the order of imaging::compress_effort.
inline constexpr std::array<std::string_view, 2> compress_efforts{"fast",
                                                                  "best"};

/// In the order of persistence::store_kind.
inline constexpr std::array<std::string_view, 2> store_kinds{"local", "s3"};

/// In the order of net::s3_style.
inline constexpr std::array<std::string_view, 2> s3_styles{"path",
                                                           "virtual-host"};

/// In the order of net::s3_encryption; but for the first, S3's own words.
inline constexpr std::array<std::string_view, 3> s3_encryptions{
  "none", "AES256", "aws:kms"};

/// The words that the values of an enumeration are written as.
template <class T>
constexpr std::span<const std::string_view> words_of() {
  if constexpr (std::is_same_v<T, imaging::compress_effort>)
    return compress_efforts;
  else if constexpr (std::is_same_v<T, persistence::store_kind>)
    return store_kinds;
  else if constexpr (std::is_same_v<T, net::s3_style>)
    return s3_styles;
  else if constexpr (std::is_same_v<T, net::s3_encryption>)
    return s3_encryptions;
  else
    return log_levels;
}

template <class T>
struct is_duration : std::false_type {};

template <class Rep, class Period>
struct is_duration<std::chrono::duration<Rep, Period>> : std::true_type {};

template <class T>
value to_value(const T& x) {
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>) {
    return x;
  } else if constexpr (std::is_enum_v<T>) {
    return std::string{words_of<T>()[static_cast<std::size_t>(x)]};
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<std::int64_t>(x);
  } else if constexpr (is_duration<T>::value) {
    return std::chrono::nanoseconds{x};
  } else {
    std::vector<list_item> items;
    for (const auto& member : x) {
      if constexpr (std::is_integral_v<typename T::value_type>)
        items.emplace_back(static_cast<std::int64_t>(member));
      else
        items.emplace_back(member);
    }
    return items;
  }
}

/// The narrowing casts are safe: the value is within the setting's range.
template <class T>
void from_value(T& target, const value& x) {
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>) {
    target = std::get<T>(x);
  } else if constexpr (std::is_enum_v<T>) {
    const auto words = words_of<T>();
    const auto found =
      std::find(words.begin(), words.end(), std::get<std::string>(x));
    target = static_cast<T>(found - words.begin());
  } else if constexpr (std::is_integral_v<T>) {
    target = static_cast<T>(std::get<std::int64_t>(x));
  } else if constexpr (is_duration<T>::value) {
    target =
      std::chrono::duration_cast<T>(std::get<std::chrono::nanoseconds>(x));
  } else {
    using member_type = typename T::value_type;
    using item_type = std::conditional_t<std::is_integral_v<member_type>,
                                         std::int64_t, std::string>;
    target.clear();
    for (const auto& item : std::get<std::vector<list_item>>(x))
      target.push_back(static_cast<member_type>(std::get<item_type>(item)));
  }
}

/// Completes an entry with what follows from the member that it stands for.
template <auto Section, auto Member>
constexpr setting bind(setting entry) {
  using section_type =
    std::remove_cvref_t<decltype(std::declval<settings>().*Section)>;
  using member_type =
    std::remove_cvref_t<decltype(std::declval<section_type>().*Member)>;
  if constexpr (is_duration<member_type>::value)
    entry.resolution = std::chrono::nanoseconds{member_type{1}}.count();
  entry.assign = [](settings& target, const value& x) {
    from_value(target.*Section.*Member, x);
  };
  entry.current = [](const settings& source) {
    return to_value(source.*Section.*Member);
  };
  return entry;
}

} // namespace pixmill::config
