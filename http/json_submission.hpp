#pragma once

#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "model/job.hpp"

namespace pixmill::http {

/// A submission as one JSON object: `csv` (text) or `rows` (an array of objects
/// whose members are cells: text, numbers or, for URLs, arrays of text), and
/// `options` beside it.
struct json_submission {
  std::string csv;
  job_options options;
};

/// @retval errc::option_invalid Not such an object; names the member.
caf::expected<json_submission> parse_json_submission(std::string_view body);

} // namespace pixmill::http
