#include "http/node_json.hpp"

#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "model/job.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

std::string id_of(actors::incarnation_id which) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "nod_%016llx",
                static_cast<unsigned long long>(which));
  return text.data();
}

json object_of(const actors::node_status& x) {
  constexpr double whole = 1e6;
  constexpr double per_ks = 1e3;
  json rtt;
  if (x.rtt_us > 0)
    rtt = static_cast<double>(x.rtt_us) / 1e3;
  return {{"id", id_of(x.incarnation)},
          {"name", x.name},
          {"state", to_string(x.state)},
          {"local", x.local},
          {"version", x.build},
          {"slots", x.credit},
          {"used", x.used},
          {"leases", x.leases},
          {"cpu", static_cast<double>(x.cpu_ppm) / whole},
          {"memory_bytes", x.memory_bytes},
          {"images", x.finished},
          {"images_per_s", static_cast<double>(x.finished_per_ks) / per_ks},
          {"last_heartbeat_s", static_cast<double>(x.silent_ms) / 1e3},
          {"rtt_ms", std::move(rtt)},
          {"since", to_rfc3339(x.since)},
          {"labels", x.labels},
          {"codecs", x.codecs}};
}

std::string text_of(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

std::string_view to_string(actors::node_state state) noexcept {
  switch (state) {
  case actors::node_state::up:
    return "up";
  case actors::node_state::draining:
    return "draining";
  case actors::node_state::suspect:
    return "suspect";
  case actors::node_state::lost:
    return "lost";
  }
  return "unknown";
}

std::string to_json(const actors::node_status& node) {
  return text_of(object_of(node));
}

std::string to_json(const std::vector<actors::node_status>& nodes,
                    const std::string& now) {
  json out{{"at", now}, {"scope", "now"}, {"nodes", json::array()}};
  for (const auto& node : nodes)
    out["nodes"].push_back(object_of(node));
  return text_of(out);
}

} // namespace pixmill::http
