#pragma once

#include <string>
#include <string_view>

#include "http/problem.hpp"

namespace httplib {
struct Request;
struct Response;
} // namespace httplib

/// How routes answer.
namespace pixmill::http {

/// Answers with JSON.
void send_json(httplib::Response& to, int status, const std::string& body);

/// Answers with JSON, or with 304 when the caller has what `etag` stands for.
void send_tagged_json(const httplib::Request& request, httplib::Response& to,
                      const std::string& body, const std::string& etag);

/// Refuses a request; the body names the request's id as well.
/// @param more Members of the body besides those of every problem.
void send_problem(httplib::Response& to, const problem& what,
                  std::string_view more = {});

/// Returns a strong ETag of `content`, quotes included.
std::string etag_of(std::string_view content);

/// Returns whether If-None-Match of `request` names `etag`.
bool has_already(const httplib::Request& request, std::string_view etag);

} // namespace pixmill::http
