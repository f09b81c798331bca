#include "model/url_text.hpp"

#include <idn2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <system_error>

#include "model/url_noise.hpp"

namespace pixmill {
namespace {

constexpr std::string_view malformed = "url-malformed";
constexpr std::string_view no_scheme = "url-scheme";

constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

constexpr bool is_hex(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Bytes that may stand in path and query as they are; '%' and '#' are looked
// at one by one.
constexpr auto plain_bytes = [] {
  std::array<bool, 256> table{};
  for (int c = 0x21; c < 0x7f; ++c)
    table[static_cast<std::size_t>(c)] = true;
  for (const unsigned char c : std::string_view{"\"<>\\^`{|}%#"})
    table[c] = false;
  return table;
}();

bool is_plain(char c) noexcept {
  return plain_bytes[static_cast<unsigned char>(c)];
}

// Invisible characters that copying and pasting leaves behind, in UTF-8. The
// joiners of some scripts are not among them: they are part of a name.
constexpr std::array<std::string_view, 3> invisible{
  "\xE2\x80\x8B", "\xE2\x81\xA0", "\xEF\xBB\xBF"};

// Line breaks and tabs go, too, as browsers have it.
std::string without_invisible(std::string_view text) {
  std::string out{text};
  std::erase_if(out,
                [](char c) { return c == '\t' || c == '\r' || c == '\n'; });
  for (const auto mark : invisible)
    for (auto i = out.find(mark); i != std::string::npos; i = out.find(mark, i))
      out.erase(i, mark.size());
  return out;
}

void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool escape = c == '%' && i + 2 < text.size() && is_hex(text[i + 1])
                        && is_hex(text[i + 2]);
    if (is_plain(c) || escape) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += hex[byte >> 4];
      out += hex[byte & 15];
    }
  }
}

bool append_host(std::string& out, std::string_view host) {
  if (host.empty())
    return false;
  if (host.front() == '[') {
    std::transform(host.begin(), host.end(), std::back_inserter(out), to_lower);
    return host.size() > 3 && host.back() == ']'
           && std::all_of(host.begin() + 1, host.end() - 1, [](char c) {
                return is_hex(c) || c == ':' || c == '.';
              });
  }
  const bool ascii = std::all_of(host.begin(), host.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80;
  });
  if (!ascii) {
    char* name = nullptr;
    if (idn2_to_ascii_8z(std::string{host}.c_str(), &name,
                         IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL)
        != IDN2_OK)
      return false;
    const std::unique_ptr<char, decltype(&std::free)> owned{name, std::free};
    out += name;
    return true;
  }
  for (const char c : host) {
    if (!is_letter(c) && !is_digit(c) && c != '.' && c != '-' && c != '_')
      return false;
    out += to_lower(c);
  }
  return host.find_first_not_of('.') != host.npos;
}

bool append_port(std::string& out, std::string_view port) {
  if (port.empty())
    return true;
  unsigned number = 0;
  const auto* end = port.data() + port.size();
  const auto read = std::from_chars(port.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || number == 0
      || number > 65'535)
    return false;
  out += ':';
  out += port;
  return true;
}

// `rest` is all behind "://".
bool append_rest(std::string& out, std::string_view rest) {
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  auto authority = rest.substr(0, end);
  auto path = rest.substr(end);
  path = path.substr(0, path.find('#'));
  if (const auto at = authority.rfind('@'); at != authority.npos) {
    append_encoded(out, authority.substr(0, at));
    out += '@';
    authority.remove_prefix(at + 1);
  }
  const auto bracket = authority.rfind(']');
  const auto colon =
    authority.find(':', bracket == authority.npos ? 0 : bracket);
  const auto host = authority.substr(0, colon);
  const auto port =
    colon == authority.npos ? std::string_view{} : authority.substr(colon + 1);
  if (!append_host(out, host) || !append_port(out, port))
    return false;
  if (path.empty() || path.front() != '/')
    out += '/';
  append_encoded(out, path);
  return true;
}

// Most entries need nothing at all.
bool is_clean(std::string_view entry) noexcept {
  std::size_t host = 0;
  if (entry.starts_with("https://"))
    host = 8;
  else if (entry.starts_with("http://"))
    host = 7;
  else
    return false;
  auto i = host;
  while (i < entry.size()
         && ((entry[i] >= 'a' && entry[i] <= 'z') || is_digit(entry[i])
             || entry[i] == '.' || entry[i] == '-'))
    ++i;
  if (i == host || i == entry.size() || entry[i] != '/' || entry[host] == '.')
    return false;
  return std::all_of(entry.begin() + static_cast<std::ptrdiff_t>(i),
                     entry.end(), is_plain);
}

bool is_local_file(const std::string& path, const sheet_rules& rules) {
  if (rules.local_root.empty() || path.empty())
    return false;
  std::error_code ignored;
  return std::filesystem::is_regular_file(
    std::filesystem::path{rules.local_root} / path, ignored);
}

} // namespace

bool starts_with_scheme(std::string_view text) noexcept {
  if (text.empty() || !is_letter(text.front()))
    return false;
  std::size_t i = 1;
  while (i < text.size()
         && (is_letter(text[i]) || is_digit(text[i]) || text[i] == '+'
             || text[i] == '-' || text[i] == '.'))
    ++i;
  return text.substr(i).starts_with("://");
}

void read_url(std::string_view entry, const sheet_rules& rules,
              sheet_slot& out) {
  out.problem.clear();
  if (is_clean(entry)) {
    out.url.assign(entry);
    return;
  }
  out.url.clear();
  const auto cleaned = without_invisible(entry);
  auto text = without_noise(cleaned);
  std::string scheme = "https";
  if (starts_with_scheme(text)) {
    const auto end = text.find("://");
    scheme.assign(text.substr(0, end));
    std::transform(scheme.begin(), scheme.end(), scheme.begin(), to_lower);
    text.remove_prefix(end + 3);
    if (scheme != "http" && scheme != "https") {
      out.problem = no_scheme;
      return;
    }
  } else if (is_local_file(std::string{text}, rules)) {
    out.url.assign(text);
    return;
  } else if (!rules.assume_https) {
    out.problem = no_scheme;
    return;
  } else if (text.starts_with("//")) {
    text.remove_prefix(2);
  }
  out.url = scheme + "://";
  if (!append_rest(out.url, text)) {
    out.url.clear();
    out.problem = malformed;
  }
}

} // namespace pixmill
