#include "actors/head_metrics.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace pixmill::actors {

void add_node_metrics(telemetry::metric_page& page,
                      const net::fetch_load& fetch,
                      const imaging::codec_load& codec) {
  const auto add = [&](const char* name, const char* help, auto value) {
    page.gauge(name, help, static_cast<double>(value));
  };
  add("pixmill_fetch_active", "Downloads under way.", fetch.active);
  add("pixmill_fetch_queued", "Downloads that wait.", fetch.queued);
  add("pixmill_fetch_held_bytes", "Images in memory.", fetch.bytes_held);
  add("pixmill_codec_processes", "Codec processes.", codec.processes);
  add("pixmill_codec_busy", "Codec processes at work.", codec.busy);
  add("pixmill_codec_queued", "Images that wait for one.", codec.queued);
  const auto count = [&](const char* name, const char* help, auto value) {
    page.counter(name, help, static_cast<double>(value));
  };
  count("pixmill_fetches_total", "Downloads that ended.", fetch.finished);
  count("pixmill_fetch_failures_total", "Downloads that failed.", fetch.failed);
  count("pixmill_codec_images_total", "Images that left the codecs.",
        codec.finished);
  count("pixmill_codec_crashes_total", "Codec processes that died.",
        codec.crashes);
}

void add_cluster_metrics(telemetry::metric_page& page,
                         const std::vector<node_status>& nodes) {
  // By name, which outlives a node's restarts.
  std::map<std::string, node_status> known;
  for (const auto& x : nodes) {
    if (x.state == node_state::lost)
      continue;
    auto& sum = known[x.name];
    sum.credit += x.credit;
    sum.used += x.used;
    sum.finished += x.finished;
    sum.silent_ms = std::max(sum.silent_ms, x.silent_ms);
  }
  const auto add = [&](const char* name, const char* help, auto value) {
    for (const auto& [node, x] : known)
      page.gauge(name, help, value(x), {{"node", node}});
  };
  add("pixmill_node_slots", "Images that a node may have at once.",
      [](const auto& x) { return static_cast<double>(x.credit); });
  add("pixmill_node_used", "Images that a node has.",
      [](const auto& x) { return static_cast<double>(x.used); });
  add("pixmill_node_silence_seconds", "Since a node was last heard of.",
      [](const auto& x) { return static_cast<double>(x.silent_ms) / 1e3; });
  for (const auto& [node, x] : known)
    page.counter("pixmill_node_images_total",
                 "Images that a node has finished since it joined.",
                 static_cast<double>(x.finished), {{"node", node}});
}

// Not one by one: there may be thousands.
void add_origin_metrics(telemetry::metric_page& page,
                        const std::vector<origin_status>& origins) {
  std::uint64_t leased = 0;
  std::uint64_t held = 0;
  std::uint64_t limited = 0;
  for (const auto& x : origins) {
    leased += x.leased;
    held += x.hold_ms > 0 ? 1 : 0;
    limited += x.limit < x.budget ? 1 : 0;
  }
  const auto add = [&](const char* name, const char* help, auto value) {
    page.gauge(name, help, static_cast<double>(value));
  };
  add("pixmill_origins", "Origins that nodes have to do with.", origins.size());
  add("pixmill_origin_permits", "Permits for origins that nodes have.", leased);
  add("pixmill_origins_held", "Origins that asked to be left alone.", held);
  add("pixmill_origins_limited", "Origins that bear less than their budget.",
      limited);
}

} // namespace pixmill::actors
