#include "telemetry/log.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <utility>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "telemetry/log_queue.hpp"

namespace pixmill::telemetry {
namespace {

spdlog::level::level_enum to_spdlog(log_level level) noexcept {
  switch (level) {
  case log_level::debug:
    return spdlog::level::debug;
  case log_level::info:
    return spdlog::level::info;
  case log_level::warning:
    return spdlog::level::warn;
  case log_level::error:
    return spdlog::level::err;
  case log_level::off:
    return spdlog::level::off;
  }
  return spdlog::level::off;
}

// Returns how many bytes of UTF-8 stand at the beginning of `text`, which has
// some; 0: none that are valid.
std::size_t utf8_length(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto lead = at(0);
  const std::size_t length = lead < 0x80                    ? 1
                             : lead >= 0xc2 && lead <= 0xdf ? 2
                             : lead >= 0xe0 && lead <= 0xef ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((at(i) & 0xc0) != 0x80)
      return 0;
  // Overlong, a surrogate, or beyond Unicode.
  const bool wrong =
    (lead == 0xe0 && at(1) < 0xa0) || (lead == 0xed && at(1) > 0x9f)
    || (lead == 0xf0 && at(1) < 0x90) || (lead == 0xf4 && at(1) > 0x8f);
  return wrong ? 0 : length;
}

// Control characters would break the line, or draw on a terminal; in JSON,
// quotes and what is no UTF-8 would break it, too.
std::string escaped(std::string_view text, bool in_json) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  out.reserve(text.size() + 8);
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    auto length = in_json ? utf8_length(text) : 1;
    if (length == 0) {
      out += "\\ufffd";
      length = 1;
    } else if (in_json && (byte == '"' || byte == '\\')) {
      (out += '\\') += text[0];
    } else if (byte < 0x20) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string pattern_of(const log_settings& settings) {
  if (settings.json)
    return R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";
  // On a terminal, takes the place of a progress line that is being drawn.
  const bool drawn_over = settings.file.empty() && isatty(STDERR_FILENO) == 1;
  return std::string{drawn_over ? "\r\x1b[2K" : ""}
         + "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
}

// How long the end of the process waits for what takes the log.
constexpr std::chrono::seconds longest_drain{1};

// Set once by start_log, before there are other threads. Never destroyed: what
// takes the log may have stopped reading, and others may still log.
log_queue* queue = nullptr;
bool as_json = false;
bool with_access = false;

thread_local log_scope* innermost = nullptr;

void replace_queue(std::unique_ptr<log_queue> next) {
  static const int registered = std::atexit(drain_log);
  static_cast<void>(registered);
  std::unique_ptr<log_queue> last{std::exchange(queue, next.release())};
  if (last && !last->drain(longest_drain))
    static_cast<void>(last.release()); // It may wait for ever.
}

// A text with blanks stands in quotes, so that one can tell where it ends.
std::string plain_value(std::string_view text) {
  const auto bare = text.find_first_of(" \"=") == text.npos;
  auto out = escaped(text, !bare);
  return bare ? out : '"' + out + '"';
}

} // namespace

std::string log_field::str(bool json) const {
  if (!is_number_ && text_.empty())
    return {};
  std::string out{name_};
  if (json)
    out = '"' + out + "\":";
  else
    out += '=';
  if (is_number_)
    out += std::to_string(number_);
  else
    out += json ? '"' + escaped(text_, true) + '"' : plain_value(text_);
  return out;
}

log_scope::log_scope(std::initializer_list<log_field> fields)
    : outer_{innermost} {
  innermost = this;
  for (const auto& field : fields)
    add(field);
}

log_scope::~log_scope() {
  innermost = outer_;
}

void log_scope::add(const log_field& field) {
  if (const auto text = field.str(as_json); !text.empty())
    (text_ += as_json ? ',' : ' ') += text;
}

bool start_log(const log_settings& settings) {
  try {
    spdlog::sink_ptr sink;
    if (settings.file.empty())
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(settings.file);
    replace_queue(std::make_unique<log_queue>(std::move(sink)));
  } catch (const spdlog::spdlog_ex&) {
    return false;
  }
  as_json = settings.json;
  with_access = settings.access;
  auto& logger = queue->logger();
  logger.set_level(to_spdlog(settings.level));
  logger.set_pattern(pattern_of(settings), spdlog::pattern_time_type::utc);
  return true;
}

void drain_log() {
  if (queue != nullptr)
    queue->drain(longest_drain);
}

void log(log_level level, std::string_view message,
         std::initializer_list<log_field> fields) {
  if (!is_logged(level))
    return;
  std::string line;
  if (as_json)
    line += "\"message\":\"";
  line += escaped(message, as_json);
  if (as_json)
    line += '"';
  for (const auto& field : fields)
    if (const auto text = field.str(as_json); !text.empty())
      (line += as_json ? ',' : ' ') += text;
  if (innermost != nullptr)
    line += innermost->text_;
  // As an argument: what it says is no format.
  queue->logger().log(to_spdlog(level), "{}", line);
}

bool is_logged(log_level level) noexcept {
  return queue != nullptr && queue->logger().should_log(to_spdlog(level));
}

bool logs_access() noexcept {
  return with_access;
}

std::string loggable_url(std::string_view url) {
  std::string out;
  const auto scheme_end = url.find("://");
  const auto host = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
  const auto host_end = std::min(url.find_first_of("/?#", host), url.size());
  const auto at = url.substr(host, host_end - host).rfind('@');
  out.append(url.substr(0, host));
  auto rest = url.substr(at == std::string_view::npos ? host : host + at + 1);
  rest = rest.substr(0, rest.find('#'));
  bool in_value = false;
  bool in_query = false;
  for (const char c : rest) {
    if (c == '?' && !in_query) {
      in_query = true;
    } else if (in_query && c == '&') {
      in_value = false;
    } else if (in_query && c == '=' && !in_value) {
      in_value = true;
      out += "=…";
      continue;
    }
    if (!in_value)
      out += c;
  }
  return out;
}

} // namespace pixmill::telemetry
