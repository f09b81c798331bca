#include "http/routes.hpp"

#include <array>
#include <string>
#include <utility>

#include <httplib.h>

#include "http/answer.hpp"
#include "model/sha256.hpp"

namespace pixmill::http {
namespace {

// The format that a name's ending stands for.
image_format format_of(std::string_view name) {
  constexpr std::array formats{image_format::jpeg, image_format::png,
                               image_format::webp, image_format::gif,
                               image_format::avif, image_format::tiff,
                               image_format::bmp};
  const auto dot = name.rfind('.');
  if (dot != std::string_view::npos)
    for (const auto format : formats)
      if (name.substr(dot + 1) == extension_of(format))
        return format;
  return image_format::unknown;
}

bool begins_within(const httplib::Ranges& ranges, std::size_t bytes) {
  return ranges.empty() || ranges.front().first < 0
         || static_cast<std::size_t>(ranges.front().first) < bytes;
}

} // namespace

void add_file_routes(httplib::Server& server, route_context& context) {
  server.Get(
    R"(/v1/files/([0-9a-f]{64})/([^/]+))",
    [&context](const httplib::Request& request, httplib::Response& response) {
      const auto sha256 = request.matches[1].str();
      const auto format = format_of(request.matches[2].str());
      // The name of the content never changes, so neither does the content.
      const auto etag = '"' + sha256 + '"';
      if (format != image_format::unknown && has_already(request, etag)) {
        response.status = 304;
        response.set_header("ETag", etag);
        return;
      }
      auto bytes = format == image_format::unknown
                     ? caf::expected<std::string>{caf::error{}}
                     : context.head.image(sha256, format);
      if (!bytes)
        return send_problem(
          response, {404, "no-such-file", "There is no such file", "", 0});
      if (!begins_within(request.ranges, bytes->size())) {
        response.set_header("Content-Range",
                            "bytes */" + std::to_string(bytes->size()));
        return send_problem(
          response,
          {416, "range-not-satisfiable", "The range lies outside the file",
           "it has " + std::to_string(bytes->size()) + " bytes", 0});
      }
      response.set_header("ETag", etag);
      response.set_header("Cache-Control",
                          "public, max-age=31536000, immutable");
      response.set_header("X-Content-Type-Options", "nosniff");
      response.set_header("Accept-Ranges", "bytes");
      response.set_content(*bytes, std::string{content_type_of(format)});
    });
}

} // namespace pixmill::http
