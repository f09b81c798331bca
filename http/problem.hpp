#pragma once

#include <string>
#include <string_view>

#include <caf/error.hpp>

namespace pixmill::http {

/// Why a request is refused: `application/problem+json`.
/// @see RFC 9457
struct problem {
  int status = 500;
  std::string code;  ///< Stable: `csv-invalid`, `no-such-job`, …
  std::string title; ///< The same for every problem of this code.
  std::string detail;
  int retry_after_s = 0; ///< 0: none.
};

/// Returns what is told of an error of the head.
problem problem_of(const caf::error& reason);

/// Returns what is told of a submission while others are being taken in.
problem too_many_submissions();

/// Returns its body.
/// @param more Members to add: the inside of a JSON object, or empty.
std::string to_json(const problem& what, std::string_view more = {});

} // namespace pixmill::http
