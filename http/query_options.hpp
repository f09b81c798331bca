#pragma once

#include <map>
#include <string>

#include <caf/expected.hpp>

#include "model/job.hpp"

namespace pixmill::http {

/// Reads the options of a job from a query: each by its name, as JSON where it
/// is some, else as text; `target` also as the command line writes it
/// (`quality:50`).
/// @retval errc::option_invalid As `parse_job_options` says.
caf::expected<job_options>
parse_query_options(const std::multimap<std::string, std::string>& query);

} // namespace pixmill::http
