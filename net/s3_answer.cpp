#include "net/s3_answer.hpp"

#include <array>
#include <optional>

namespace pixmill::net {
namespace {

constexpr std::size_t longest_message = 200;

struct entity {
  std::string_view name;
  char letter;
};
constexpr std::array entities{entity{"&amp;", '&'}, entity{"&lt;", '<'},
                              entity{"&gt;", '>'}, entity{"&quot;", '"'},
                              entity{"&apos;", '\''}};

std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    bool known = false;
    for (const auto& each : entities)
      if (text.starts_with(each.name)) {
        out += each.letter;
        text.remove_prefix(each.name.size());
        known = true;
        break;
      }
    if (known)
      continue;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

// Takes the next element of that name off the front of `rest`.
std::optional<std::string> take_element(std::string_view& rest,
                                        std::string_view name) {
  const auto open = "<" + std::string{name} + ">";
  const auto close = "</" + std::string{name} + ">";
  const auto from = rest.find(open);
  if (from == rest.npos)
    return std::nullopt;
  const auto text = rest.substr(from + open.size());
  const auto end = text.find(close);
  if (end == text.npos)
    return std::nullopt;
  rest = text.substr(end + close.size());
  return unescaped(text.substr(0, end));
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    bool special = false;
    for (const auto& each : entities)
      if (c == each.letter) {
        out += each.name;
        special = true;
      }
    if (!special)
      out += c;
  }
  return out;
}

} // namespace

std::string s3_element(std::string_view xml, std::string_view name) {
  return take_element(xml, name).value_or(std::string{});
}

s3_page read_s3_page(std::string_view xml) {
  s3_page out;
  if (s3_element(xml, "IsTruncated") == "true")
    out.next = s3_element(xml, "NextContinuationToken");
  while (auto key = take_element(xml, "Key"))
    out.keys.push_back(std::move(*key));
  return out;
}

s3_refusal read_s3_refusal(std::string_view xml) {
  s3_refusal out{.code = s3_element(xml, "Code"),
                 .message = s3_element(xml, "Message")};
  // What a stranger's server says ends up in a log.
  for (auto* text : {&out.code, &out.message}) {
    text->resize(std::min(text->size(), longest_message));
    for (auto& c : *text)
      if (c < ' ' || c > '~')
        c = ' ';
  }
  return out;
}

std::string s3_completion(const std::vector<std::string>& etags) {
  std::string out = "<CompleteMultipartUpload>";
  std::size_t number = 0;
  for (const auto& etag : etags)
    out += "<Part><PartNumber>" + std::to_string(++number)
           + "</PartNumber><ETag>" + escaped(etag) + "</ETag></Part>";
  return out + "</CompleteMultipartUpload>";
}

} // namespace pixmill::net
