#pragma once

#include <string>
#include <vector>

namespace pixmill::telemetry {

/// Returns the ids of the processes that this one has started and that live:
/// its codecs.
std::vector<std::string> child_processes();

} // namespace pixmill::telemetry
