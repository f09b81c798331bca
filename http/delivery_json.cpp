#include "http/delivery_json.hpp"

#include <nlohmann/json.hpp>

#include "telemetry/log.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

// Receivers and libraries say what stands in a detail.
std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json time_or_null(unix_ms time) {
  return time == 0 ? json() : json(to_rfc3339(time));
}

json attempt_json(const delivery_attempt& x) {
  return {{"at", time_or_null(x.at)},
          {"status", x.status == 0 ? json() : json(x.status)},
          {"error", x.why
                      ? json{{"code", x.why.word()}, {"detail", x.why.detail}}
                      : json()},
          {"duration_ms", x.milliseconds}};
}

json delivery_json(const delivery& x) {
  auto attempts = json::array();
  for (const auto& one : x.attempts)
    attempts.push_back(attempt_json(one));
  const auto& options = x.job.options;
  return {{"id", x.id},
          {"type", x.type()},
          {"job", x.job.id},
          {"job_attempt", x.job.attempt},
          {"url", telemetry::loggable_url(options.webhook_url)},
          {"payload", options.webhook_full ? "full" : "thin"},
          {"state", to_string(x.state)},
          {"created_at", time_or_null(x.created_at)},
          {"next_attempt_at", time_or_null(x.next_at)},
          {"attempts", std::move(attempts)},
          {"links",
           {{"job", "/v1/jobs/" + x.job.id},
            {"replay", "/v1/deliveries/" + x.id + "/replay"}}}};
}

} // namespace

std::string to_json(const delivery& event) {
  return dumped(delivery_json(event));
}

std::string to_json(const std::vector<delivery>& page,
                    std::string_view next_cursor) {
  auto list = json::array();
  for (const auto& one : page)
    list.push_back(delivery_json(one));
  json out{{"deliveries", std::move(list)}};
  out["next_cursor"] = next_cursor.empty() ? json() : json(next_cursor);
  return dumped(out);
}

std::string to_json(const actors::webhook_ping& ping, std::string_view url) {
  json out{{"id", ping.event},
           {"type", "webhook.test"},
           {"url", telemetry::loggable_url(url)},
           {"delivered", !ping.attempt.why}};
  out.update(attempt_json(ping.attempt));
  return dumped(out);
}

} // namespace pixmill::http
