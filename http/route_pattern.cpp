#include "http/route_pattern.hpp"

#include <algorithm>
#include <array>

namespace pixmill::http {
namespace {

// The contract's routes. `{…}` stands for one part of a path.
constexpr std::array<std::string_view, 47> patterns{
  "/healthz",
  "/readyz",
  "/metrics",
  "/openapi.json",
  "/docs",
  "/console",
  "/upload",
  "/status/{id}",
  "/download/{id}",
  "/v1/validate",
  "/v1/jobs",
  "/v1/jobs/{id}",
  "/v1/jobs/{id}/rows",
  "/v1/jobs/{id}/items",
  "/v1/jobs/{id}/items/{item}",
  "/v1/jobs/{id}/events",
  "/v1/jobs/{id}/cancel",
  "/v1/jobs/{id}/pause",
  "/v1/jobs/{id}/resume",
  "/v1/jobs/{id}/retry",
  "/v1/jobs/{id}/results.csv",
  "/v1/jobs/{id}/results.jsonl",
  "/v1/jobs/{id}/results.zip",
  "/v1/jobs/{id}/failed.csv",
  "/v1/jobs/{id}/deliveries",
  "/v1/files/{sha256}/{name}",
  "/v1/deliveries",
  "/v1/deliveries/{id}",
  "/v1/deliveries/{id}/replay",
  "/v1/webhooks",
  "/v1/webhooks/test",
  "/v1/webhooks/{id}",
  "/v1/nodes",
  "/v1/nodes/{id}/drain",
  "/v1/nodes/{id}/undrain",
  "/v1/actors",
  "/v1/actors/tree",
  "/v1/actors/{id}",
  "/v1/actors/{id}/kill",
  "/v1/actors/{id}/trace",
  "/v1/origins",
  "/v1/errors",
  "/v1/audit",
  "/v1/tokens",
  "/v1/tokens/{id}",
  "/v1/tenants",
  "/v1/tenants/{id}",
};

// Takes the part up to the next slash off a path that begins with one.
std::string_view take_part(std::string_view& path) noexcept {
  path.remove_prefix(1);
  const auto part = path.substr(0, path.find('/'));
  path.remove_prefix(part.size());
  return part;
}

bool matches(std::string_view pattern, std::string_view path) noexcept {
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = take_part(pattern);
    const auto part = take_part(path);
    if (wanted.starts_with('{') ? part.empty() : wanted != part)
      return false;
  }
  return pattern.empty() && path.empty();
}

} // namespace

std::string_view route_of(std::string_view path) noexcept {
  if (!path.starts_with('/'))
    return "other";
  const auto found =
    std::find_if(patterns.begin(), patterns.end(),
                 [path](auto pattern) { return matches(pattern, path); });
  return found == patterns.end() ? "other" : *found;
}

} // namespace pixmill::http
