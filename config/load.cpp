#include "config/load.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "config/conf_file.hpp"
#include "config/schema.hpp"
#include "config/suggestion.hpp"
#include "net/s3_address.hpp"

namespace pixmill::config {
namespace {

constexpr std::string_view prefix = "PIXMILL_";

// What the verbs that talk to a server read by themselves.
constexpr std::array<std::string_view, 2> client_variables{"PIXMILL_URL",
                                                           "PIXMILL_TOKEN"};

// A key of [store] each.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3>
  aws_variables{{{"AWS_ACCESS_KEY_ID", "s3-access-key"},
                 {"AWS_SECRET_ACCESS_KEY", "s3-secret-key"},
                 {"AWS_SESSION_TOKEN", "s3-session-token"}}};

// The longest value that an error repeats.
constexpr std::size_t longest_echo = 120;

std::string echo(std::string_view text) {
  std::string out{text.substr(0, longest_echo)};
  if (text.size() > longest_echo)
    out += "…";
  std::replace_if(
    out.begin(), out.end(),
    [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

std::string folded_name(std::string_view text, char from, char to,
                        int (*fold)(int)) {
  std::string out{text};
  for (auto& c : out)
    c = c == from ? to : static_cast<char>(fold(static_cast<unsigned char>(c)));
  return out;
}

std::string variable_part(std::string_view name) {
  return folded_name(name, '-', '_', std::toupper);
}

std::string key_part(std::string_view name) {
  return folded_name(name, '_', '-', std::tolower);
}

// Reads a value as people write it where a shell has removed the quotes.
value_read read_unquoted(const setting& which, std::string_view text) {
  const bool quoted = !text.empty() && text.front() == '"';
  const bool bracketed = !text.empty() && text.front() == '[';
  if (which.kind == value_kind::text || which.kind == value_kind::word) {
    if (!quoted)
      return {.found = std::string{text}, .rest = {}, .problem = {}};
  } else if (which.kind == value_kind::texts && !bracketed) {
    std::vector<list_item> items;
    while (!text.empty()) {
      const auto comma = std::min(text.find(','), text.size());
      items.emplace_back(std::string{text.substr(0, comma)});
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return {.found = std::move(items), .rest = {}, .problem = {}};
  } else if (which.kind == value_kind::numbers && !bracketed) {
    const auto listed = "[" + std::string{text} + "]";
    auto out = read_value(listed);
    return {.found = std::move(out.found), .rest = {}, .problem = {}};
  }
  auto out = read_value(text);
  if (!out.rest.empty())
    out.found.reset();
  out.rest = {};
  return out;
}

class loader {
public:
  loader() : origins_(schema().size(), "default") {}

  caf::error take_file(const std::string& path) {
    auto file = read_conf(path);
    if (!file)
      return file.error();
    result_.file = path;
    for (const auto& section : file->sections)
      if (keys_of(section.name).empty())
        return fail(path + ":" + std::to_string(section.line),
                    "[" + section.name + "] is not a known section"
                      + suggestion(section.name, section_names()));
    for (const auto& entry : file->entries) {
      const auto origin = path + ":" + std::to_string(entry.line);
      const auto* which = find_setting(entry.section, entry.key);
      if (which == nullptr)
        return unknown_key(origin, entry.section, entry.key);
      if (auto reason = assign(*which, entry.parsed, entry.text, origin))
        return reason;
    }
    return {};
  }

  caf::error take_variable(const std::string& name, const std::string& text) {
    const auto client =
      std::find(client_variables.begin(), client_variables.end(), name);
    if (name.substr(0, prefix.size()) != prefix
        || client != client_variables.end())
      return {};
    const auto rest = std::string_view{name}.substr(prefix.size());
    const auto end = rest.find('_');
    const auto section = key_part(rest.substr(0, end));
    if (end == std::string_view::npos || keys_of(section).empty())
      return unknown_section_of(name, section);
    const auto key = key_part(rest.substr(end + 1));
    const auto* which = find_setting(section, key);
    if (which == nullptr || variable_part(key) != rest.substr(end + 1))
      return unknown_key(name, section, key);
    return assign(*which, read_unquoted(*which, text), text, name);
  }

  caf::error take_assignment(std::string_view text) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    const auto dot = name.find('.');
    if (equals == std::string_view::npos || dot == std::string_view::npos)
      return fail("--set", echo(text)
                             + ": write section.key=value, such as "
                               "fetch.per-origin=12");
    const std::string section{name.substr(0, dot)};
    const std::string key{name.substr(dot + 1)};
    if (keys_of(section).empty())
      return fail("--set", "[" + echo(section) + "] is not a known section"
                             + suggestion(section, section_names()));
    const auto* which = find_setting(section, key);
    if (which == nullptr)
      return unknown_key("--set", section, key);
    // Everyone on the machine can read the arguments of a process.
    if (which->secret)
      return fail("--set", "[" + section + "] " + key
                             + " is a secret; it is taken from the environment "
                               "or a file only");
    const auto written = text.substr(equals + 1);
    return assign(*which, read_unquoted(*which, written), written, "--set");
  }

  // Takes what other programs for S3 take, where nothing else was given.
  // Also without a bucket of our own: a worker's head may have one. But then
  // what is wrong with them stops nothing.
  caf::error take_aws(const std::map<std::string, std::string>& environment) {
    const bool wanted =
      result_.values.store.kind == persistence::store_kind::s3;
    for (const auto& [name, key] : aws_variables) {
      const auto given = environment.find(std::string{name});
      const auto& which = *find_setting("store", key);
      if (given == environment.end() || given->second.empty()
          || origin_of(which) != "default")
        continue;
      if (auto reason = assign(which, read_unquoted(which, given->second),
                               given->second, std::string{name});
          reason && wanted)
        return reason;
    }
    return {};
  }

  // Checks what no single setting can say about itself.
  caf::error check_together() const {
    const auto& fetch = result_.values.fetch;
    if (fetch.max_bytes > fetch.memory_budget)
      return conflict("max-bytes", "memory-budget");
    if (fetch.first_pause > fetch.longest_pause)
      return conflict("first-pause", "longest-pause");
    if (result_.values.store.kind == persistence::store_kind::s3)
      if (const auto address = net::s3_address::of(result_.values.s3); !address)
        return address.error();
    return {};
  }

  loaded_settings finish() {
    for (std::size_t i = 0; i < schema().size(); ++i) {
      const auto& which = schema()[i];
      result_.effective.push_back({.section = std::string{which.section},
                                   .key = std::string{which.key},
                                   .text = shown(which, result_.values),
                                   .origin = origins_[i]});
    }
    return std::move(result_);
  }

private:
  static caf::error fail(const std::string& origin, const std::string& what) {
    return make_error(errc::config_invalid, origin + ": " + what);
  }

  static caf::error unknown_key(const std::string& origin,
                                const std::string& section,
                                const std::string& key) {
    return fail(origin, "[" + section + "] has no key " + echo(key)
                          + suggestion(key, keys_of(section)));
  }

  // A variable of an unknown section may belong to something else, unless it
  // is so near to a known one that it looks like a slip.
  static caf::error unknown_section_of(const std::string& name,
                                       const std::string& section) {
    const auto meant = nearest(section, section_names());
    if (meant.empty())
      return {};
    return fail(name, "no such setting; did you mean " + std::string{prefix}
                        + variable_part(meant) + "_<KEY>?");
  }

  caf::error assign(const setting& which, const value_read& parsed,
                    std::string_view written, const std::string& origin) {
    if (!parsed.found || !accepts(which, *parsed.found)) {
      auto what = "[" + std::string{which.section} + "] "
                  + std::string{which.key} + " = "
                  + (which.secret ? "********" : echo(written)) + ": ";
      if (!parsed.problem.empty())
        what += parsed.problem + "; ";
      return fail(origin, what + "must be " + allowed(which));
    }
    which.assign(result_.values, *parsed.found);
    origins_[static_cast<std::size_t>(&which - schema().data())] = origin;
    return {};
  }

  // Names both origins: either of the two may be the one to change.
  caf::error conflict(std::string_view lesser, std::string_view greater) const {
    const auto& low = *find_setting("fetch", lesser);
    const auto& high = *find_setting("fetch", greater);
    return make_error(errc::config_invalid,
                      origin_of(low) + ": [fetch] " + std::string{lesser}
                        + " = " + shown(low, result_.values)
                        + ": must be at most " + std::string{greater} + " = "
                        + shown(high, result_.values) + " (" + origin_of(high)
                        + ")");
  }

  const std::string& origin_of(const setting& which) const {
    return origins_[static_cast<std::size_t>(&which - schema().data())];
  }

  loaded_settings result_;
  std::vector<std::string> origins_; // One for each entry of the schema.
};

// A path that cannot even be looked at counts as present, so that reading it
// says why.
std::string file_of(const sources& from) {
  if (!from.file.empty())
    return from.file;
  for (const auto& path : from.search) {
    std::error_code code;
    const auto found = std::filesystem::exists(path, code);
    if (found || code)
      return path;
  }
  return {};
}

} // namespace

caf::expected<loaded_settings> load(const sources& from) {
  loader out;
  if (const auto path = file_of(from); !path.empty())
    if (auto reason = out.take_file(path))
      return reason;
  for (const auto& [name, text] : from.environment)
    if (auto reason = out.take_variable(name, text))
      return reason;
  for (const auto& text : from.assignments)
    if (auto reason = out.take_assignment(text))
      return reason;
  if (auto reason = out.take_aws(from.environment))
    return reason;
  if (auto reason = out.check_together())
    return reason;
  return out.finish();
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> out;
  for (auto** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto equals = text.find('=');
    if (equals != std::string_view::npos)
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

} // namespace pixmill::config
