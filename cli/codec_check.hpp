#pragma once

#include <string>
#include <vector>

#include "cli/doctor.hpp"
#include "imaging/settings.hpp"

namespace pixmill::cli {

/// Starts a codec process and has it decode and encode a small picture of each
/// format.
/// @param program Path of the `pixmill` binary.
std::vector<finding> check_codecs(const imaging::imaging_settings& settings,
                                  const std::string& program);

} // namespace pixmill::cli
