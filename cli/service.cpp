#include "cli/service.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include "cli/service_json.hpp"
#include "cli/validate.hpp"
#include "net/web_address.hpp"

namespace pixmill::cli {
namespace {

using std::chrono::milliseconds;

constexpr auto default_url = "http://127.0.0.1:8080";
constexpr auto plain_timeout = std::chrono::seconds{60};

// What a person types wrong is a matter of usage; what a server does is not.
exit_code exit_code_of_status(int status) {
  const bool callers_fault =
    status >= 400 && status < 500 && status != 408 && status != 429;
  return callers_fault ? exit_usage : exit_job_failed;
}

bool fits_header(std::string_view token) {
  return std::all_of(token.begin(), token.end(),
                     [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string variable(const std::map<std::string, std::string>& from,
                     const std::string& name) {
  const auto found = from.find(name);
  return found == from.end() ? std::string{} : found->second;
}

} // namespace

caf::expected<service_address>
address_of(const server_options& options,
           const std::map<std::string, std::string>& environment) {
  service_address out{.url = options.url,
                      .token = variable(environment, "PIXMILL_TOKEN")};
  if (!fits_header(out.token))
    return make_error(errc::option_invalid,
                      "PIXMILL_TOKEN: a token has no blanks, line ends or "
                      "letters beyond ASCII");
  std::string source = "--url";
  if (out.url.empty()) {
    source = "PIXMILL_URL";
    out.url = variable(environment, source);
  }
  if (out.url.empty())
    out.url = default_url;
  // Before an @ stands a password; it is not repeated.
  if (out.url.find('@') != out.url.npos)
    return make_error(errc::option_invalid,
                      source + ": no user or password may stand in a URL");
  if (!net::web_address::parse(out.url)
      || out.url.find_first_of("?#") != out.url.npos)
    return make_error(errc::option_invalid,
                      source + " " + out.url
                        + ": such as https://pixmill.example is wanted");
  out.url.erase(out.url.find_last_not_of('/') + 1);
  return out;
}

service::service(service_address address, waiter wait)
    : url_{std::move(address.url)}, wait_{std::move(wait)},
      client_{{.token = std::move(address.token),
               .stop = [this] { return wait_(milliseconds{0}); }}} {}

caf::expected<net::http_answer> service::get(const std::string& path) {
  return send({.timeout = plain_timeout}, path);
}

caf::expected<net::http_answer> service::post(const std::string& path,
                                              std::string json) {
  const std::string type = json.empty() ? "" : "application/json";
  return send({.method = net::http_method::post,
               .body = std::move(json),
               .content_type = type,
               .timeout = plain_timeout},
              path);
}

caf::expected<net::http_answer>
service::send(net::http_request request, const std::string& path,
              const net::http_client::body_taker& take) {
  request.url = url_ + path;
  return client_.send(request, take);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                       || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (plain)
      out += c;
    else
      (((out += '%') += digits[byte >> 4]) += digits[byte & 15]);
  }
  return out;
}

std::string job_path(std::string_view id, std::string_view rest) {
  return "/v1/jobs/" + percent_encoded(id) + std::string{rest};
}

exit_code report_failure(const caf::error& reason, const terminal& to) {
  complain(to, context_of(reason));
  switch (code_of(reason, errc::none)) {
  case errc::interrupted:
    return exit_interrupted;
  case errc::file_unreadable:
  case errc::option_invalid:
  case errc::url_invalid:
    return exit_usage;
  case errc::dns:
  case errc::connect:
  case errc::tls:
  case errc::timeout:
  case errc::truncated:
    return exit_no_server;
  default:
    return exit_job_failed;
  }
}

exit_code report_problem(const net::http_answer& answer, bool json,
                         const terminal& to) {
  const auto why = read_problem(answer.body, answer.status);
  if (json && is_json(answer.body))
    print_json(answer.body, to);
  else
    print_issues(why.sheet, to);
  complain(to, why.line());
  return why.code == to_string(errc::csv_invalid)
           ? exit_invalid_csv
           : exit_code_of_status(answer.status);
}

exit_code print_json(const std::string& body, const terminal& to) {
  if (!is_json(body))
    return report_failure(
      make_error(errc::connect, "the answer is none of a Pixmill server"), to);
  to.out << body;
  if (!body.ends_with('\n'))
    to.out << '\n';
  to.out << std::flush;
  return exit_ok;
}

} // namespace pixmill::cli
