#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "config/schema.hpp"

/// The table of settings in the parts that it is written in; `schema` joins
/// them, section by section.
namespace pixmill::config {

/// Durations are kept in nanoseconds, as everywhere in the table.
constexpr std::int64_t ns(std::chrono::nanoseconds x) {
  return x.count();
}

/// Returns whether `text` is a range of addresses such as `10.0.0.0/8`.
bool is_cidr(const std::string& text);

std::span<const setting> main_schema() noexcept;
std::span<const setting> log_schema() noexcept;
std::span<const setting> s3_schema() noexcept;
std::span<const setting> webhook_schema() noexcept;
std::span<const setting> cluster_schema() noexcept;

} // namespace pixmill::config
