#include "http/routes.hpp"

#include <string>

#include <httplib.h>

#include "http/answer.hpp"
#include "http/embedded.hpp"

namespace pixmill::http {

void add_description_routes(httplib::Server& server, route_context&) {
  server.Get("/openapi.json", [](const auto& request, auto& response) {
    static const auto etag = etag_of(openapi_json);
    send_tagged_json(request, response, std::string{openapi_json}, etag);
  });
}

} // namespace pixmill::http
