#pragma once

#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "model/errc.hpp"
#include "model/job.hpp"
#include "model/target.hpp"

namespace pixmill {

/// Reads the job options of the contract (section "Job options") from JSON.
/// Options that are not named keep their default.
/// @param json One object, at most 64 KiB.
/// @retval errc::option_invalid Not JSON, an unknown option, a wrong type, out
///         of range; context: the option and what is allowed.
caf::expected<job_options> parse_job_options(std::string_view json);

/// Returns whether webhooks can be sent to `text`: an http(s) URL with a host
/// and without user or password, at most 2000 bytes of visible ASCII.
bool is_webhook_url(std::string_view text);

/// Returns `options` as JSON that `parse_job_options` reads back to the same
/// value. Equal options give equal text: keys are sorted, none is left to its
/// default but `columns` and `webhook` when they are empty.
std::string to_json(const job_options& options);

/// Returns the SHA-256 that identifies one piece of work: the CSV and those
/// options that change what any slot becomes. Name, priority, deadline, failure
/// ratio and webhook do not count.
/// @param csv_sha256_hex Of the CSV's bytes as they were submitted.
/// @param tenant Whose job it is: the work of one tells nothing to another.
std::string job_fingerprint(std::string_view csv_sha256_hex,
                            const job_options& options,
                            std::string_view tenant = {});

} // namespace pixmill
