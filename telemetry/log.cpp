#include "telemetry/log.hpp"

#include <unistd.h>

#include <memory>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

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

// Control characters would break the line, or draw on a terminal; in JSON,
// quotes would break it, too.
std::string escaped(std::string_view text, bool in_json) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  out.reserve(text.size() + 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (in_json && (c == '"' || c == '\\')) {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

std::string pattern_of(const log_settings& settings) {
  if (settings.json)
    return R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})";
  // On a terminal, takes the place of a progress line that is being drawn.
  const bool drawn_over = settings.file.empty() && isatty(STDERR_FILENO) == 1;
  return std::string{drawn_over ? "\r\x1b[2K" : ""}
         + "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
}

// Set once by start_log, before there are other threads.
std::shared_ptr<spdlog::logger> logger;
bool as_json = false;

} // namespace

bool start_log(const log_settings& settings) {
  try {
    spdlog::sink_ptr sink;
    if (settings.file.empty())
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(settings.file);
    logger = std::make_shared<spdlog::logger>("pixmill", std::move(sink));
  } catch (const spdlog::spdlog_ex&) {
    return false;
  }
  as_json = settings.json;
  logger->set_level(to_spdlog(settings.level));
  logger->flush_on(spdlog::level::info);
  logger->set_pattern(pattern_of(settings), spdlog::pattern_time_type::utc);
  return true;
}

void log(log_level level, std::string_view message) {
  if (logger == nullptr || !logger->should_log(to_spdlog(level)))
    return;
  logger->log(to_spdlog(level), escaped(message, as_json));
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
