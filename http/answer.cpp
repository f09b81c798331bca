#include "http/answer.hpp"

#include <httplib.h>

#include "http/request_scope.hpp"
#include "model/sha256.hpp"

namespace pixmill::http {

namespace {

void set_body(httplib::Response& to, int status, const char* caching,
              const std::string& body, const char* type) {
  to.status = status;
  to.set_header("Cache-Control", caching);
  to.set_header("X-Content-Type-Options", "nosniff");
  to.set_content(body, type);
}

} // namespace

void send_json(httplib::Response& to, int status, const std::string& body) {
  set_body(to, status, "no-store", body, "application/json");
}

void send_tagged_json(const httplib::Request& request, httplib::Response& to,
                      const std::string& body, const std::string& etag) {
  to.set_header("ETag", etag);
  if (has_already(request, etag))
    to.status = 304;
  else
    set_body(to, 200, "no-cache", body, "application/json");
}

void send_problem(httplib::Response& to, const problem& what,
                  std::string_view more) {
  if (what.retry_after_s > 0)
    to.set_header("Retry-After", std::to_string(what.retry_after_s));
  std::string members{more};
  if (const auto* scope = request_scope::current())
    // Its characters need no escaping.
    ((members += members.empty() ? "" : ",") += "\"request_id\":\"")
      .append(scope->id())
      .append("\"");
  set_body(to, what.status, "no-store", to_json(what, members),
           "application/problem+json");
}

std::string etag_of(std::string_view content) {
  return '"' + sha256_of(content).substr(0, 32) + '"';
}

bool has_already(const httplib::Request& request, std::string_view etag) {
  const auto known = request.get_header_value("If-None-Match");
  return known == "*"
         || (!known.empty() && known.find(etag) != std::string::npos);
}

} // namespace pixmill::http
