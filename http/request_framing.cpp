#include "http/request_framing.hpp"

#include <algorithm>
#include <utility>

#include "http/request_framing_rules.hpp"

namespace pixmill::http {

namespace {

// The HTTP library refuses longer lines in a way of its own.
constexpr std::size_t max_line_bytes = 8'000;

constexpr refusal head_too_large{431, "headers-too-large",
                                 "The head of the request is too large."};
constexpr refusal bad_line{400, "bad-request",
                           "The request line is malformed."};
constexpr refusal bad_field{400, "bad-request", "A header field is malformed."};
constexpr refusal bad_end{400, "bad-request",
                          "A line of the head does not end in CR LF."};
constexpr refusal bad_version{505, "http-version-not-supported",
                              "Only HTTP/1.0 and HTTP/1.1 are spoken here."};
constexpr refusal long_target{414, "uri-too-long",
                              "The request target is too long."};
constexpr refusal unknown_method{501, "method-unknown",
                                 "The request method is not known."};

bool is_token_character(char c) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
         || (c >= 'A' && c <= 'Z') || marks.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty()
         && std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_known_method(std::string_view method) {
  constexpr std::string_view known[] = {"GET",   "HEAD",   "POST",   "PUT",
                                        "PATCH", "DELETE", "OPTIONS"};
  return std::find(std::begin(known), std::end(known), method)
         != std::end(known);
}

/// Takes scheme and authority off a target in absolute form.
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() > scheme.size()
        && same_word(target.substr(0, scheme.size()), scheme)) {
      const auto slash = target.find('/', scheme.size());
      return slash == std::string_view::npos ? "/" : target.substr(slash);
    }
  }
  return target;
}

bool is_target(std::string_view target, std::string_view method) {
  if (target == "*")
    return method == "OPTIONS";
  return target.starts_with('/')
         && std::all_of(target.begin(), target.end(), [](char c) {
              return c > ' ' && c < '\x7f' && c != '#';
            });
}

std::optional<refusal> read_request_line(std::string_view line,
                                         request_head& head) {
  const auto method_end = line.find(' ');
  const auto target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end == method_end)
    return bad_line;
  const auto method = line.substr(0, method_end);
  const auto target =
    origin_form(line.substr(method_end + 1, target_end - method_end - 1));
  const auto version = line.substr(target_end + 1);
  if (!is_token(method) || !version.starts_with("HTTP/"))
    return bad_line;
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return bad_version;
  if (!is_known_method(method))
    return unknown_method;
  if (!is_target(target, method))
    return bad_line;
  if (line.size() > max_line_bytes)
    return long_target;
  head.method = method;
  head.target = target;
  head.minor_version = version.back() - '0';
  return std::nullopt;
}

std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_field_character(char c) {
  return c == '\t' || static_cast<unsigned char>(c) >= ' ';
}

std::optional<refusal> read_field(std::string_view line, request_head& head) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return bad_field;
  const auto value = without_blanks(line.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(),
                   [](char c) { return is_field_character(c) && c != '\x7f'; }))
    return bad_field;
  // Each `%` becomes three characters for the HTTP library.
  const auto escapes = std::count(value.begin(), value.end(), '%');
  if (line.size() + 2 * static_cast<std::size_t>(escapes) > max_line_bytes)
    return head_too_large;
  head.fields.push_back(
    {std::string{line.substr(0, colon)}, std::string{value}});
  return std::nullopt;
}

} // namespace

std::string_view request_head::path() const noexcept {
  return std::string_view{target}.substr(0, target.find('?'));
}

fed head_framer::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size()) {
    const auto rest = bytes.substr(used);
    const auto end = rest.find('\n');
    const auto length = end == std::string_view::npos ? rest.size() : end + 1;
    if (length > limits_.max_bytes - bytes_)
      return {refuse(head_too_large), used};
    bytes_ += length;
    used += length;
    line_.append(rest.substr(0, length));
    if (end == std::string_view::npos)
      break;
    const auto line = std::exchange(line_, {});
    if (const auto state = take_line(line); state != framing::more)
      return {state, used};
  }
  return {framing::more, used};
}

framing head_framer::take_line(std::string_view line) {
  if (!line.ends_with("\r\n"))
    return refuse(bad_end);
  line.remove_suffix(2);
  if (lines_ == 0 && line.empty())
    return framing::more; // RFC 9112, 2.2: blank lines before a request.
  if (line.empty()) {
    const auto why = apply_field_rules(head_);
    return why ? refuse(*why) : framing::whole;
  }
  if (++lines_ > limits_.max_lines)
    return refuse(head_too_large);
  const auto why =
    lines_ == 1 ? read_request_line(line, head_) : read_field(line, head_);
  return why ? refuse(*why) : framing::more;
}

framing head_framer::refuse(const refusal& why) {
  why_ = why;
  return framing::refused;
}

} // namespace pixmill::http
