#pragma once

#include <caf/expected.hpp>

#include "cli/job_flags.hpp"
#include "model/job.hpp"

namespace pixmill::cli {

/// Reads the texts of the command line as the options of a job.
/// @param default_floor_ssim_ppm The floor of a job that must hit a number of
///        bytes and names none.
/// @retval errc::option_invalid Names the flag and what is allowed.
caf::expected<job_options> job_options_of(const job_flags& options,
                                          std::uint32_t default_floor_ssim_ppm);

} // namespace pixmill::cli
