#include "http/routes.hpp"

#include <string>

#include <httplib.h>

#include "http/answer.hpp"
#include "http/docs_page.hpp"
#include "http/docs_policy.hpp"
#include "http/embedded.hpp"

namespace pixmill::http {

void add_description_routes(httplib::Server& server, route_context&) {
  server.Get("/openapi.json", [](const auto& request, auto& response) {
    static const auto etag = etag_of(openapi_json);
    send_tagged_json(request, response, std::string{openapi_json}, etag);
  });
  server.Get("/docs", [](const auto& request, auto& response) {
    static const auto page = docs_page(openapi_json, docs_css);
    static const auto policy = docs_policy(docs_css);
    static const auto etag = etag_of(page);
    response.set_header("ETag", etag);
    if (has_already(request, etag)) {
      response.status = 304;
      return;
    }
    response.set_header("Cache-Control", "no-cache");
    response.set_header("Content-Security-Policy", policy);
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("Referrer-Policy", "no-referrer");
    response.set_content(page, "text/html; charset=utf-8");
  });
}

} // namespace pixmill::http
