#include "http/gate_refusal.hpp"

#include <string_view>

#include "http/request_framing.hpp"

namespace pixmill::http {

namespace {

const char* title_of(int status) {
  switch (status) {
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 408:
    return "Request Timeout";
  case 411:
    return "Length Required";
  case 413:
    return "Content Too Large";
  case 414:
    return "URI Too Long";
  case 415:
    return "Unsupported Media Type";
  case 416:
    return "Range Not Satisfiable";
  case 417:
    return "Expectation Failed";
  case 429:
    return "Too Many Requests";
  case 431:
    return "Request Header Fields Too Large";
  case 501:
    return "Not Implemented";
  case 503:
    return "Service Unavailable";
  case 505:
    return "HTTP Version Not Supported";
  case 507:
    return "Insufficient Storage";
  default:
    return "Internal Server Error";
  }
}

} // namespace

bool refusal::operator==(const refusal& other) const noexcept {
  return status == other.status
         && std::string_view{code} == std::string_view{other.code};
}

std::string problem_answer(const refusal& why,
                           std::chrono::seconds retry_after) {
  const std::string title = title_of(why.status);
  const auto status = std::to_string(why.status);
  const auto body = R"({"type":"/problems/)" + std::string{why.code}
                    + R"(","title":")" + title + R"(","status":)" + status
                    + R"(,"code":")" + why.code + R"(","detail":")" + why.detail
                    + "\"}";
  std::vector<header_field> fields;
  if (why.status == 503)
    fields.push_back({"Retry-After", std::to_string(retry_after.count())});
  return problem_answer(why.status, fields, body);
}

std::string problem_answer(int status, const std::vector<header_field>& fields,
                           const std::string& body) {
  auto answer = "HTTP/1.1 " + std::to_string(status) + ' ' + title_of(status)
                + "\r\nContent-Type: application/problem+json"
                  "\r\nConnection: close\r\nContent-Length: "
                + std::to_string(body.size());
  for (const auto& [name, value] : fields)
    answer.append("\r\n").append(name).append(": ").append(value);
  return answer + "\r\n\r\n" + body;
}

} // namespace pixmill::http
