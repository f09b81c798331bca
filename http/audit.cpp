#include "http/audit.hpp"

#include <array>
#include <utility>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/request_scope.hpp"
#include "http/routes.hpp"
#include "model/errc.hpp"
#include "telemetry/log.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::json;

/// A route that is written down; `*` stands for one segment.
struct audited_route {
  std::string_view method;
  std::string_view path;
  std::string_view action;
};

constexpr std::array routes{
  audited_route{"POST", "/v1/actors/*/kill", "actor.kill"},
  audited_route{"POST", "/v1/jobs/*/cancel", "job.cancel"},
  audited_route{"POST", "/v1/jobs/*/pause", "job.pause"},
  audited_route{"POST", "/v1/jobs/*/resume", "job.resume"},
  audited_route{"POST", "/v1/jobs/*/retry", "job.retry"},
  audited_route{"DELETE", "/v1/jobs/*", "job.delete"},
  audited_route{"POST", "/v1/nodes/*/drain", "node.drain"},
  audited_route{"POST", "/v1/nodes/*/undrain", "node.undrain"},
  audited_route{"POST", "/v1/tokens", "token.create"},
  audited_route{"DELETE", "/v1/tokens/*", "token.revoke"},
};

std::string_view next_segment(std::string_view& path) {
  const auto end = std::min(path.find('/', 1), path.size());
  const auto out = path.substr(0, end);
  path.remove_prefix(end);
  return out;
}

/// Whether a path fits; what stands for `*` goes into `target`.
bool fits(std::string_view pattern, std::string_view path,
          std::string_view& target) {
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = next_segment(pattern);
    const auto found = next_segment(path);
    if (wanted == "/*" && found.size() > 1)
      target = found.substr(1);
    else if (wanted != found)
      return false;
  }
  return pattern.empty() && path.empty();
}

const audited_route* route_of(std::string_view method, std::string_view path,
                              std::string_view& target) {
  for (const auto& each : routes)
    if (each.method == method && fits(each.path, path, target))
      return &each;
  return nullptr;
}

std::string who_asks(const route_context& context,
                     const httplib::Request& request) {
  if (!request.has_header("Authorization"))
    return "open";
  const auto id = caller_of(context, request).token;
  for (const auto& token : context.access.tokens().all())
    if (token.id == id)
      return token.name.empty() ? id : token.name + " (" + id + ")";
  // It may just have revoked itself.
  return id.empty() ? "a token that counts no more" : id;
}

std::string text_in(const json& body, const char* name) {
  return body.is_object() && body.contains(name) && body[name].is_string()
           ? body[name].get<std::string>()
           : std::string{};
}

// What came of it: what the route says itself, the state it led to, or the
// problem that it ended in.
std::string effect_of(const httplib::Response& response, const json& body) {
  if (response.status >= 400) {
    const auto code = text_in(body, "code");
    return "refused: "
           + (code.empty() ? std::to_string(response.status) : code);
  }
  for (const auto* name : {"effect", "state", "warning"})
    if (auto text = text_in(body, name); !text.empty())
      return text;
  return "done";
}

} // namespace

std::string audited_action(std::string_view method, std::string_view path) {
  std::string_view target;
  const auto* route = route_of(method, path, target);
  return route == nullptr ? std::string{} : std::string{route->action};
}

void audit(route_context& context, const httplib::Request& request,
           const httplib::Response& response) {
  std::string_view target;
  const auto* route = route_of(request.method, request.path, target);
  if (route == nullptr || response.status == 401 || response.status == 403
      || response.status == 429)
    return;
  const auto body = json::parse(response.body, nullptr, false);
  const auto now = unix_now();
  audit_entry entry{.id = new_id("aud_", now),
                    .at = now,
                    .who = who_asks(context, request),
                    .address = request.remote_addr,
                    .what = std::string{route->action},
                    .target = target.empty() ? text_in(body, "id")
                                             : std::string{target},
                    .effect = effect_of(response, body),
                    .request = {}};
  if (const auto* scope = request_scope::current())
    entry.request = scope->id();
  const auto what = entry.what + " " + entry.target + " by " + entry.who;
  // It has been done; that the log cannot say so is all that can be said.
  if (const auto stored = context.head.inside().audit(std::move(entry));
      !stored)
    telemetry::log(telemetry::log_level::error, "audit log not written: " + what
                                                  + ": "
                                                  + context_of(stored.error()));
}

} // namespace pixmill::http
