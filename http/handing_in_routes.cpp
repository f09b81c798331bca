#include "http/routes.hpp"

#include <httplib.h>

#include "http/answer.hpp"
#include "model/sha256.hpp"

namespace pixmill::http {
namespace {

constexpr std::string_view scheme = "Bearer ";

std::string_view permit_in(std::string_view authorization) {
  return authorization.starts_with(scheme) ? authorization.substr(scheme.size())
                                           : std::string_view{};
}

void take_image(route_context& context, const httplib::Request& request,
                httplib::Response& response) {
  // Again: it was let in by its head alone, and may have waited since.
  if (auto refused =
        refused_upload(context, request.get_header_value("Authorization"),
                       request.body.size()))
    return send_problem(response, *refused);
  const auto format = format_of_extension(request.matches[2].str());
  if (format == image_format::unknown)
    return send_problem(response,
                        {422, "option-invalid", "An option is not valid",
                         request.matches[2].str() + " is no image format", 0});
  const auto wanted = request.matches[1].str();
  const auto found =
    sha256_of({reinterpret_cast<const std::uint8_t*>(request.body.data()),
               request.body.size()});
  if (found != wanted)
    return send_problem(response, {422, "content-mismatch",
                                   "The content is not what the path names",
                                   "its SHA-256 is " + found, 0});
  if (const auto stored = context.head.put_image(request.body, format); !stored)
    return send_problem(response, problem_of(stored.error()));
  response.status = 204;
}

} // namespace

std::optional<problem> refused_upload(route_context& context,
                                      std::string_view authorization,
                                      std::optional<std::uint64_t> length) {
  if (!context.head.permits(permit_in(authorization)))
    return problem{401, "permit-invalid",
                   "A worker's permit that counts is wanted",
                   "this one is not of this head, or is too old", 0};
  if (length.value_or(0) > context.settings.max_image_bytes)
    return problem{413, "too-large", "The request is too large",
                   "at most " + std::to_string(context.settings.max_image_bytes)
                     + " bytes ([fetch] max-bytes of the head)",
                   0};
  return std::nullopt;
}

void add_handing_in_routes(httplib::Server& server, route_context& context) {
  server.Put(R"(/v1/internal/images/([0-9a-f]{64})\.([a-z]+))",
             [&context](const httplib::Request& request, auto& response) {
               take_image(context, request, response);
             });
}

} // namespace pixmill::http
