#pragma once

#include <filesystem>
#include <vector>

#include "imaging/compressor.hpp"
#include "imaging/settings.hpp"

namespace pixmill {

/// Compresses the same pictures in this process and through a pool of one
/// codec process, in turns, and prints what both cost: CPU time of this process
/// and of the codec's. The start of that process is not in it.
/// @param program What the pool starts with `--codec`.
/// @returns The exit code.
int report_pool_cost(const std::vector<std::filesystem::path>& pictures,
                     const compress_goal& goal, imaging::compress_effort effort,
                     const char* program);

} // namespace pixmill
