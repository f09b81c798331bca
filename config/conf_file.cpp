#include "config/conf_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

namespace pixmill::config {
namespace {

// Why not CAF's own parser (0.17.6): it names neither line nor key, takes a
// file that ends in the middle, silently keeps the last of two equal keys (or
// the first, in another place), and drops what stands in braces or in
// [nested.sections] on its way to the settings. The syntax read here is the
// part of CAF's that has one meaning.

constexpr std::size_t max_file_bytes = 1 << 20;

bool is_name_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_name_char);
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view without_comment(std::string_view text) noexcept {
  return trimmed(text.substr(0, text.find(';')));
}

// Keeps an error on one line, however long the culprit is.
std::string shortened(std::string_view text) {
  constexpr std::size_t longest = 60;
  if (text.size() <= longest)
    return std::string{text};
  return std::string{text.substr(0, longest)} + "…";
}

class conf_reader {
public:
  explicit conf_reader(std::string_view name) : name_{name} {}

  caf::expected<conf_file> read(std::string_view text) {
    if (text.substr(0, 3) == "\xEF\xBB\xBF")
      text.remove_prefix(3);
    if (text.empty())
      return fail("the file is empty; remove it to use the defaults");
    while (!text.empty()) {
      ++line_;
      const auto end = text.find('\n');
      if (end == std::string_view::npos)
        return fail("no line end after the last line; the file may be cut "
                    "short");
      if (auto reason = read_line(text.substr(0, end)))
        return reason;
      text.remove_prefix(end + 1);
    }
    if (marked_ && last_ != end_mark)
      return fail("the file is cut short: its last line must be \""
                  + std::string{end_mark} + "\"");
    return std::move(result_);
  }

private:
  caf::error read_line(std::string_view line) {
    if (!line.empty() && line.back() == '\r')
      line.remove_suffix(1);
    for (const char c : line)
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f)
        return fail("a control character; this is not a text file");
    line = trimmed(line);
    if (line.empty())
      return {};
    if (line == begin_mark)
      marked_ = true;
    last_ = line;
    if (line.front() == ';')
      return {};
    if (line.front() == '#')
      return fail("comments start with ';', not with '#'");
    if (line.front() == '[')
      return read_section(line);
    return read_entry(line);
  }

  caf::error read_section(std::string_view line) {
    const auto text = without_comment(line);
    if (text.size() < 2 || text.back() != ']')
      return fail("\"" + shortened(text) + "\" does not end in ']'");
    const auto name = trimmed(text.substr(1, text.size() - 2));
    if (!is_name(name))
      return fail("\"" + shortened(text)
                  + "\" is no section: write [name], one level only");
    for (const auto& known : result_.sections)
      if (known.name == name)
        return fail("[" + shortened(name) + "] was started before, on line "
                    + std::to_string(known.line));
    result_.sections.push_back({.line = line_, .name = std::string{name}});
    return {};
  }

  caf::error read_entry(std::string_view line) {
    const auto equals = line.find('=');
    const auto key = trimmed(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_name(key))
      return fail("\"" + shortened(line)
                  + "\" is none of: [section], key = value, ; comment");
    if (result_.sections.empty())
      return fail(shortened(key) + " stands before the first [section]");
    const auto& section = result_.sections.back().name;
    for (const auto& known : result_.entries)
      if (known.key == key && known.section == section)
        return fail("[" + section + "] " + shortened(key)
                    + " was given before, on line "
                    + std::to_string(known.line));
    add_entry(section, key, trimmed(line.substr(equals + 1)));
    return {};
  }

  void add_entry(const std::string& section, std::string_view key,
                 std::string_view text) {
    auto parsed = read_value(text);
    const auto rest = trimmed(parsed.rest);
    if (parsed.found && !rest.empty() && rest.front() != ';')
      parsed = {.found = std::nullopt, .rest = {}, .problem = {}};
    const auto written = parsed.found
                           ? trimmed(text.substr(0, text.size() - rest.size()))
                           : without_comment(text);
    parsed.rest = {};
    result_.entries.push_back({.line = line_,
                               .section = section,
                               .key = std::string{key},
                               .text = std::string{written},
                               .parsed = std::move(parsed)});
  }

  caf::error fail(const std::string& what) const {
    return make_error(errc::config_invalid,
                      name_ + ":"
                        + std::to_string(std::max<std::size_t>(line_, 1)) + ": "
                        + what);
  }

  std::string name_;
  std::size_t line_ = 0;
  std::string_view last_; // The last line that is not blank.
  bool marked_ = false;
  conf_file result_;
};

} // namespace

caf::expected<conf_file> parse_conf(std::string_view text,
                                    std::string_view name) {
  return conf_reader{name}.read(text);
}

caf::expected<conf_file> read_conf(const std::string& path) {
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  std::string text(max_file_bytes + 1, '\0');
  if (file)
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (!file && !file.eof())) {
    const auto reason =
      std::generic_category().message(errno == 0 ? EIO : errno);
    return make_error(errc::config_invalid,
                      path + ": cannot be read: " + reason);
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > max_file_bytes)
    return make_error(errc::config_invalid, path + ": larger than 1 MiB");
  return parse_conf(text, path);
}

} // namespace pixmill::config
