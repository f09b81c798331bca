#pragma once

#include <functional>
#include <string>

#include <caf/expected.hpp>

#include "http/routes.hpp"
#include "http/submission.hpp"

namespace httplib {
struct Response;
} // namespace httplib

namespace pixmill::http {

/// One submission as it was received.
struct received {
  job_options options;
  std::string source;
};

/// Reads a body; the CSV goes to the submission.
using receive_function = std::function<caf::expected<received>(submission&)>;

/// Returns the JSON that tells of an accepted job.
using tell_function = std::function<std::string(const submitted&)>;

/// Takes a submission in and answers: 202 with what `tell` says, or why not.
void submit(route_context& context, const httplib::Request& request,
            httplib::Response& response, const receive_function& receive,
            const tell_function& tell);

} // namespace pixmill::http
