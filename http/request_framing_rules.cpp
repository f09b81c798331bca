#include "http/request_framing_rules.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace pixmill::http {

namespace {

constexpr refusal repeated{400, "bad-request",
                           "A header field that may come once came twice."};
constexpr refusal no_host{400, "bad-request",
                          "HTTP/1.1 requires exactly one Host field."};
constexpr refusal bad_length{400, "bad-request",
                             "Content-Length is not a number."};
constexpr refusal two_lengths{
  400, "bad-request",
  "Content-Length and Transfer-Encoding exclude each other."};
constexpr refusal old_chunked{400, "bad-request",
                              "HTTP/1.0 has no Transfer-Encoding."};
constexpr refusal unknown_transfer{
  501, "transfer-encoding-unknown",
  "The only transfer encoding known here is chunked."};
constexpr refusal no_length{411, "length-required",
                            "Send Content-Length or chunked encoding."};
constexpr refusal unknown_encoding{
  415, "unsupported-encoding",
  "The only content encodings known here are gzip and identity."};
constexpr refusal many_ranges{416, "range-not-satisfiable",
                              "Ask for one range at a time."};
constexpr refusal unknown_expectation{
  417, "expectation-failed",
  "The only expectation known here is 100-continue."};

/// Looks for one field that may come only once.
struct single_field {
  const header_field* found = nullptr;
  bool twice = false;

  single_field(const request_head& head, std::string_view name) {
    for (const auto& field : head.fields)
      if (same_word(field.name, name)) {
        twice = found != nullptr;
        found = &field;
        if (twice)
          return;
      }
  }
};

std::optional<refusal> read_body_framing(request_head& head) {
  const single_field length{head, "Content-Length"};
  const single_field transfer{head, "Transfer-Encoding"};
  if (length.twice || transfer.twice)
    return repeated;
  if (length.found && transfer.found)
    return two_lengths;
  if (transfer.found) {
    if (head.minor_version == 0)
      return old_chunked;
    if (!same_word(transfer.found->value, "chunked"))
      return unknown_transfer;
    head.chunked = true;
  }
  if (length.found) {
    const auto& text = length.found->value;
    std::uint64_t value = 0;
    const auto [end, wrong] =
      std::from_chars(text.data(), text.data() + text.size(), value);
    if (wrong != std::errc{} || end != text.data() + text.size())
      return bad_length;
    head.content_length = value;
  }
  const bool carries_body = head.method == "POST" || head.method == "PUT";
  if (carries_body && !length.found && !transfer.found)
    return no_length;
  return std::nullopt;
}

std::optional<refusal> read_encoding(request_head& head) {
  const single_field encoding{head, "Content-Encoding"};
  if (encoding.twice)
    return repeated;
  if (!encoding.found || same_word(encoding.found->value, "identity"))
    return std::nullopt;
  if (!same_word(encoding.found->value, "gzip")
      && !same_word(encoding.found->value, "x-gzip"))
    return unknown_encoding;
  head.content_encoding = "gzip";
  return std::nullopt;
}

/// Whether `text` is `bytes=` and one range of offsets that fit 63 bits.
bool is_one_range(std::string_view text) {
  constexpr std::string_view unit = "bytes=";
  if (!text.starts_with(unit))
    return false;
  text.remove_prefix(unit.size());
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || text.size() == 1)
    return false;
  const auto is_offset = [](std::string_view digits) {
    return digits.size() <= 18
           && digits.find_first_not_of("0123456789") == std::string_view::npos;
  };
  return is_offset(text.substr(0, dash)) && is_offset(text.substr(dash + 1));
}

std::optional<refusal> read_range(request_head& head) {
  const single_field range{head, "Range"};
  if (range.twice
      || (range.found && range.found->value.find(',') != std::string::npos))
    return many_ranges;
  // RFC 9110, 14.2: a range that cannot be read is no range.
  if (range.found && !is_one_range(range.found->value))
    std::erase_if(head.fields, [](const header_field& field) {
      return same_word(field.name, "Range");
    });
  return std::nullopt;
}

std::optional<refusal> read_expectation(request_head& head) {
  const single_field expect{head, "Expect"};
  if (expect.twice)
    return repeated;
  if (!expect.found)
    return std::nullopt;
  if (!same_word(expect.found->value, "100-continue"))
    return unknown_expectation;
  head.expects_continue = head.minor_version == 1;
  return std::nullopt;
}

/// Calls `use` with each element of a comma-separated list.
template <class Use>
void for_each_element(std::string_view list, Use&& use) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    auto element = list.substr(0, comma);
    const auto first =
      std::min(element.find_first_not_of(" \t"), element.size());
    element.remove_prefix(first);
    element = element.substr(0, element.find_last_not_of(" \t") + 1);
    use(element);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

void read_connection(request_head& head) {
  head.keep_alive = head.minor_version == 1;
  bool close = false;
  for (const auto& field : head.fields)
    if (same_word(field.name, "Connection"))
      for_each_element(field.value, [&](std::string_view word) {
        close = close || same_word(word, "close");
        head.keep_alive = head.keep_alive || same_word(word, "keep-alive");
      });
  head.keep_alive = head.keep_alive && !close;
}

/// Fields that the gate answers for, or that the library sets itself: what a
/// client sends under their names would be believed.
bool belongs_to_gate(std::string_view name) {
  constexpr std::string_view names[] = {
    "Connection", "Content-Encoding", "Content-Length",
    "Expect",     "Keep-Alive",       "Proxy-Connection",
    "TE",         "Trailer",          "Transfer-Encoding",
    "Upgrade",    "REMOTE_ADDR",      "REMOTE_PORT",
    "LOCAL_ADDR", "LOCAL_PORT",       body_encoding_field,
    range_field};
  return std::any_of(
    std::begin(names), std::end(names),
    [name](std::string_view own) { return same_word(name, own); });
}

void append_escaped(std::string& text, std::string_view value) {
  for (const char c : value)
    if (c == '%')
      text += "%25";
    else
      text += c;
}

} // namespace

bool same_word(std::string_view left, std::string_view right) noexcept {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [lower](char a, char b) { return lower(a) == lower(b); });
}

std::optional<refusal> apply_field_rules(request_head& head) {
  for (const auto* name : {"Authorization", "Content-Type", "Host"})
    if (single_field{head, name}.twice)
      return repeated;
  if (head.minor_version == 1 && !single_field{head, "Host"}.found)
    return no_host;
  for (auto* rule :
       {read_body_framing, read_encoding, read_range, read_expectation})
    if (auto why = rule(head))
      return why;
  read_connection(head);
  return std::nullopt;
}

std::string library_head(const request_head& head, std::uint64_t body_bytes,
                         bool keep_alive) {
  auto text = head.method + ' ' + head.target + " HTTP/1."
              + std::to_string(head.minor_version) + "\r\n";
  for (const auto& field : head.fields) {
    if (belongs_to_gate(field.name))
      continue;
    text += same_word(field.name, "Range") ? range_field : field.name;
    text += ": ";
    append_escaped(text, field.value);
    text += "\r\n";
  }
  if (!head.content_encoding.empty())
    text +=
      std::string{body_encoding_field} + ": " + head.content_encoding + "\r\n";
  if (head.chunked || head.content_length)
    text += "Content-Length: " + std::to_string(body_bytes) + "\r\n";
  text += keep_alive ? "Connection: Keep-Alive\r\n" : "Connection: close\r\n";
  return text + "\r\n";
}

} // namespace pixmill::http
