#include "net/response_head.hpp"

#include <algorithm>
#include <charconv>

namespace pixmill::net {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_name(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(),
                    lower_case.end(),
                    [](char a, char b) { return lower(a) == b; });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

template <class Number>
bool parse_number(std::string_view text, Number& out) {
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, out);
  return parsed.ec == std::errc{} && parsed.ptr == end;
}

} // namespace

bool response_head::feed(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > max_bytes)
    return false;
  if (line.substr(0, 5) == "HTTP/")
    feed_status(line);
  else if (trimmed(line).empty())
    complete_ = status_ >= 200;
  else if (!complete_) // Trailers say nothing that matters any more.
    feed_field(line);
  return true;
}

bool response_head::is_redirect() const noexcept {
  const bool redirects = status_ == 301 || status_ == 302 || status_ == 303
                         || status_ == 307 || status_ == 308;
  return complete_ && redirects && !location_.empty();
}

void response_head::feed_status(std::string_view line) {
  // Fields of an interim answer do not belong to the one that follows it.
  const auto bytes = bytes_;
  *this = response_head{};
  bytes_ = bytes;
  const auto blank = line.find(' ');
  if (blank == line.npos
      || !parse_number(trimmed(line.substr(blank)).substr(0, 3), status_))
    status_ = 0;
}

void response_head::feed_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == line.npos)
    return;
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (is_name(name, "content-length")) {
    std::uint64_t length = 0;
    if (parse_number(value, length))
      content_length_ = length;
  } else if (is_name(name, "content-encoding")) {
    content_encoding_.assign(value);
    std::transform(value.begin(), value.end(), content_encoding_.begin(),
                   lower);
    if (content_encoding_ == "identity")
      content_encoding_.clear();
  } else if (is_name(name, "location") && location_.empty()) {
    location_.assign(value);
  }
}

} // namespace pixmill::net
