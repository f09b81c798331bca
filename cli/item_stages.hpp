#pragma once

#include <functional>
#include <string>

#include "model/item.hpp"

namespace pixmill::cli {

/// Returns what says how far an item of `job` is that is being worked on: what
/// its IMAGE says, if that is an actor of this process, else `downloading`,
/// with which all begin.
std::function<item_state(const item&)> stages_of(const std::string& job);

} // namespace pixmill::cli
