#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/messages.hpp"
#include "model/job.hpp"
#include "model/sheet.hpp"

/// Jobs as the contract's JSON (section "HTTP API v1").
namespace pixmill::http {

/// Returns the body of a status.
std::string to_json(const actors::job_status& status, unix_ms now);

/// Returns what is new to somebody who waits for news: all of a status but what
/// time alone changes.
std::string news_of(const actors::job_status& status);

/// Returns the body that answers a submission.
/// @param duplicate_of Id of a job that has done the same work; empty: none.
std::string to_json(const actors::job_status& accepted,
                    const sheet_summary& sheet, std::string_view duplicate_of);

/// Returns a page of jobs.
/// @param next_cursor Empty: the last page.
std::string to_json(const std::vector<actors::job_status>& page, unix_ms now,
                    std::string_view next_cursor);

} // namespace pixmill::http
