#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace pixmill::http {

struct header_field;

/// Why the gate answers a request itself. All texts are literals, so that
/// nothing of the request is ever repeated.
struct refusal {
  int status = 0;
  const char* code = "";   ///< Kebab-case, stable.
  const char* detail = ""; ///< One sentence for a person.

  bool operator==(const refusal& other) const noexcept;
};

/// Returns the whole answer: head and an `application/problem+json` body. It
/// announces that the connection closes.
/// @param retry_after Said with status 503 only.
std::string problem_answer(const refusal& why,
                           std::chrono::seconds retry_after);

/// Returns the same of a problem that the routes would answer with.
/// @param body Of `application/problem+json`.
std::string problem_answer(int status, const std::vector<header_field>& fields,
                           const std::string& body);

} // namespace pixmill::http
