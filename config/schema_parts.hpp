#pragma once

#include <span>

#include "config/schema.hpp"

/// The table of settings in the parts that it is written in; `schema` joins
/// them.
namespace pixmill::config {

std::span<const setting> main_schema() noexcept;
std::span<const setting> webhook_schema() noexcept;

} // namespace pixmill::config
