#pragma once

#include <string>

#include "actors/head.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

/// Returns what a head is made from.
/// @param program Path of the `pixmill` binary, to start codec processes.
actors::head_settings head_settings_of(const config::settings& settings,
                                       const std::string& program);

} // namespace pixmill::cli
