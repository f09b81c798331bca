#include "http/routes.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <httplib.h>

#include "http/answer.hpp"
#include "http/byte_range.hpp"
#include "http/problem.hpp"
#include "http/request_framing.hpp"
#include "model/errc.hpp"
#include "model/sha256.hpp"

namespace pixmill::http {
namespace {

// The format that a name's ending stands for.
image_format format_of(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == name.npos ? image_format::unknown
                          : format_of_extension(name.substr(dot + 1));
}

constexpr std::size_t piece_bytes = 64 << 10;

void refuse_range(httplib::Response& response, std::uint64_t size) {
  response.set_header("Content-Range", "bytes */" + std::to_string(size));
  send_problem(response,
               {416, "range-not-satisfiable", "The range lies outside the file",
                "it has " + std::to_string(size) + " bytes", 0});
}

// What is asked for of the file: a part only if nobody says that it may be of
// another one than the caller has.
byte_range range_of(const httplib::Request& request, const std::string& etag,
                    std::uint64_t size) {
  const auto condition = request.get_header_value("If-Range");
  const bool same = condition.empty() || condition == etag;
  return request.method == "GET" && same
           ? range_in(request.get_header_value(range_field), size)
           : range_in({}, size);
}

void send_part(httplib::Response& response, const byte_range& part,
               image_format format, std::unique_ptr<file_source> file) {
  if (!part.whole)
    response.set_header("Content-Range",
                        "bytes " + std::to_string(part.first) + "-"
                          + std::to_string(part.first + part.length - 1) + "/"
                          + std::to_string(file->size()));
  response.status = part.whole ? 200 : 206;
  response.set_header("Accept-Ranges", "bytes");
  response.set_content_provider(
    static_cast<std::size_t>(part.length), std::string{content_type_of(format)},
    [file = std::shared_ptr<file_source>{std::move(file)}, first = part.first](
      std::size_t offset, std::size_t length, httplib::DataSink& sink) {
      std::array<char, piece_bytes> piece{};
      const std::span<char> to{piece.data(), std::min(length, piece.size())};
      return file->read(first + offset, to) && sink.write(to.data(), to.size());
    });
}

void send_file(route_context& context, const httplib::Request& request,
               httplib::Response& response) {
  const auto sha256 = request.matches[1].str();
  const auto format = format_of(request.matches[2].str());
  auto file = format == image_format::unknown
                ? caf::expected<std::unique_ptr<file_source>>{caf::error{}}
                : context.head.image(sha256, format);
  // What exactly is the matter is the operator's business, not a visitor's.
  if (!file && code_of(file.error(), errc::none) == errc::store_unavailable)
    return send_problem(response,
                        problem_of(make_error(errc::store_unavailable,
                                              "the images cannot be reached")));
  if (!file)
    return send_problem(response,
                        {404, "no-such-file", "There is no such file", "", 0});
  // The name of the content never changes, so neither does the content.
  const auto etag = '"' + sha256 + '"';
  response.set_header("ETag", etag);
  response.set_header("Cache-Control", "public, max-age=31536000, immutable");
  response.set_header("X-Content-Type-Options", "nosniff");
  if (has_already(request, etag)) {
    response.status = 304;
    return;
  }
  const auto part = range_of(request, etag, (*file)->size());
  if (!part.satisfiable)
    return refuse_range(response, (*file)->size());
  send_part(response, part, format, std::move(*file));
}

} // namespace

void add_file_routes(httplib::Server& server, route_context& context) {
  server.Get(R"(/v1/files/([0-9a-f]{64})/([^/]+))",
             [&context](const auto& request, auto& response) {
               send_file(context, request, response);
             });
}

} // namespace pixmill::http
