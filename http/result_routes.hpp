#pragma once

#include <string>

#include "http/routes.hpp"

namespace httplib {
struct Response;
} // namespace httplib

namespace pixmill::http {

/// Answers with a download of the job that the request's path names, or with
/// 404, or with 409 while the job runs.
/// @param name Of the file, after the job's id.
void send_results(route_context& context, const httplib::Request& request,
                  httplib::Response& response, result_kind kind,
                  const std::string& name);

} // namespace pixmill::http
