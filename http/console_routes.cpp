#include "http/routes.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <httplib.h>

#include "http/answer.hpp"
#include "http/embedded.hpp"

namespace pixmill::http {
namespace {

// Nothing from elsewhere, nothing inline, and text stays text: the names of
// products come from strangers. Pictures that need a token are asked for with
// it and shown from memory (`blob:`).
constexpr auto policy = "default-src 'none'; script-src 'self'; "
                        "style-src 'self'; img-src 'self' blob:; "
                        "connect-src 'self'; base-uri 'none'; "
                        "form-action 'none'; frame-ancestors 'none'; "
                        "require-trusted-types-for 'script'; "
                        "trusted-types 'none'";

const char* type_of(std::string_view name) {
  if (name.ends_with(".js"))
    return "text/javascript; charset=utf-8";
  if (name.ends_with(".css"))
    return "text/css; charset=utf-8";
  return name.ends_with(".svg") ? "image/svg+xml" : "text/html; charset=utf-8";
}

/// A file and what tells its versions apart.
struct asset {
  std::string_view text;
  std::string etag;
};

const std::map<std::string_view, asset>& assets() {
  static const auto all = [] {
    std::map<std::string_view, asset> out;
    for (const auto& file : console_files)
      out[file.name] = {file.text, etag_of(file.text)};
    return out;
  }();
  return all;
}

void send_asset(const std::string& name, const httplib::Request& request,
                httplib::Response& response) {
  const auto found = assets().find(name);
  if (found == assets().end())
    return send_problem(response,
                        {404, "no-such-file", "There is no such file", "", 0});
  const auto& [text, etag] = found->second;
  response.set_header("ETag", etag);
  response.set_header("Cache-Control", "no-cache");
  if (has_already(request, etag)) {
    response.status = 304;
    return;
  }
  response.set_header("Content-Security-Policy", policy);
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("Referrer-Policy", "no-referrer");
  response.set_header("Cross-Origin-Opener-Policy", "same-origin");
  response.set_header("Cross-Origin-Resource-Policy", "same-origin");
  response.set_content(text.data(), text.size(), type_of(name));
}

} // namespace

void add_console_routes(httplib::Server& server, route_context&) {
  server.Get("/console/?", [](const auto& request, auto& response) {
    send_asset("index.html", request, response);
  });
  server.Get("/console/([a-z0-9_.-]+)",
             [](const auto& request, auto& response) {
               send_asset(request.matches[1].str(), request, response);
             });
}

} // namespace pixmill::http
