#include <memory>
#include <string>

#include <httplib.h>

#include "http/answer.hpp"
#include "http/routes.hpp"

namespace pixmill::http {
namespace {

// Fetched anew by the head and not by whoever looks: a page that may load
// pictures from anywhere could be made to ask anybody, from inside the
// operator's network; and the origin would learn who is looking.
void send_source(route_context& context, const httplib::Request& request,
                 httplib::Response& response) {
  const auto found = find_item(context, request, response);
  if (!found)
    return;
  auto source = context.head.source(found->url);
  if (!source)
    return send_problem(response, problem_of(source.error()));
  if (source->why || source->format == image_format::unknown)
    return send_problem(response,
                        {502, "source-unavailable", "The source cannot be had",
                         source->why.word() + ": " + source->why.detail, 0});
  response.set_header("Cache-Control", "no-store");
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("Content-Security-Policy",
                      "default-src 'none'; sandbox; frame-ancestors 'none'");
  response.set_header("Cross-Origin-Resource-Policy", "same-origin");
  const auto size = source->bytes->size();
  response.set_content_provider(
    size, std::string{content_type_of(source->format)},
    [bytes = std::move(source->bytes)](std::size_t offset, std::size_t length,
                                       httplib::DataSink& sink) {
      return sink.write(bytes->data() + offset, length);
    });
}

} // namespace

void add_source_routes(httplib::Server& server, route_context& context) {
  server.Get("/v1/jobs/([^/]+)/items/([^/]+)/source",
             [&context](const auto& request, auto& response) {
               send_source(context, request, response);
             });
}

} // namespace pixmill::http
