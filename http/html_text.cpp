#include "http/html_text.hpp"

namespace pixmill::http {
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += c;
    }
  return out;
}

std::string prose(std::string_view text) {
  std::string out = "<p>";
  bool code = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '`') {
      out += code ? "</code>" : "<code>";
      code = !code;
    } else if (text.substr(at, 2) == "\n\n") {
      out += "</p><p>";
      ++at;
    } else {
      out += escaped(text.substr(at, 1));
    }
  }
  return out + (code ? "</code></p>" : "</p>");
}

std::pair<std::string, std::string> parted(const std::string& text) {
  const auto end = text.find(". ");
  if (end == std::string::npos)
    return {text, ""};
  return {text.substr(0, end + 1), text.substr(end + 2)};
}

std::string badge(const std::string& method) {
  return "<span class=\"method " + method + "\">" + method + "</span>";
}

std::string path_html(const std::string& path) {
  std::string out;
  for (const char c : escaped(path))
    out += c == '{'   ? "<em>{"
           : c == '}' ? "}</em>"
           : c == '/' ? "<wbr>/"
                      : std::string{c};
  return out;
}

std::string block(const std::string& title, const std::string& content) {
  return "<figure><figcaption>" + title + "</figcaption><pre tabindex=\"0\">"
         + content + "</pre></figure>";
}

} // namespace pixmill::http
