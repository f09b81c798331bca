#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "http/backend.hpp"
#include "model/delivery.hpp"

namespace pixmill::http {

/// Returns what a webhook is told: type, time, and the job as a status tells of
/// it, with links that are absolute. With a full payload `data.result_rows` are
/// the lines of results.jsonl; where they are too many, or no longer those of
/// then, there is `data.rows_omitted`.
/// @param rows Of results.jsonl; null: they cannot be told any more.
/// @param most_row_bytes Of all lines together.
/// @param public_url What links start with; no slash at its end.
caf::expected<std::string> webhook_body(const delivery& event,
                                        text_source* rows,
                                        std::size_t most_row_bytes,
                                        std::string_view public_url);

} // namespace pixmill::http
