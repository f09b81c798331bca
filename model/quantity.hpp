#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pixmill {

/// Returns a share written as `50%` or `12.5%` in parts per million.
/// @returns Nothing unless `text` is digits, at most four of them after a
///          point, and a percent sign, and comes to at most 10 000 %.
std::optional<std::uint32_t> parse_percent(std::string_view text) noexcept;

/// Returns `ppm` as `parse_percent` reads it: `50%`, `12.5%`.
std::string to_percent(std::uint64_t ppm);

/// Returns a size written as `120000`, `120kB`, `1.5MB` or `2MiB` in bytes.
/// The units B, kB, MB, GB count in 1000s, KiB, MiB, GiB in 1024s; their case
/// does not matter, a blank before them may stand.
std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept;

/// Returns a time written as `90`, `90s`, `30m`, `2h` or `1d`; without a unit
/// it counts seconds.
std::optional<std::chrono::seconds>
parse_duration(std::string_view text) noexcept;

} // namespace pixmill
