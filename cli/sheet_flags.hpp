#pragma once

#include "cli/job_flags.hpp"
#include "cli/sheet_options.hpp"

namespace CLI {
class App;
}

namespace pixmill::cli {

/// Heading in `--help` of the flags that `add_job_flags` adds.
constexpr auto job_group = "What becomes of the images";

/// Adds FILE and how to read it to a verb.
/// @param options Outlives the parsing, as below.
void add_sheet_flags(CLI::App& verb, sheet_options& options);

/// Adds what can be said about a job besides its sheet.
void add_job_flags(CLI::App& verb, job_flags& options);

} // namespace pixmill::cli
