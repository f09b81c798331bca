// The cluster, as the HTTP routes see it.

#include <algorithm>
#include <map>
#include <string>

#include "cli/head_backend.hpp"

namespace pixmill::cli {

caf::expected<std::vector<actors::node_status>> head_backend::nodes() {
  return head_.nodes();
}

caf::expected<actors::node_status>
head_backend::command(const actors::node_command& command) {
  return head_.command(command);
}

void head_backend::add_node_metrics(telemetry::metric_page& page) {
  const auto nodes = head_.nodes();
  if (!nodes)
    return;
  // By name, which outlives a node's restarts.
  std::map<std::string, actors::node_status> known;
  for (const auto& x : *nodes) {
    if (x.state == actors::node_state::lost)
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

bool head_backend::permits(std::string_view permit) {
  return permits_ != nullptr && permits_->valid(permit, unix_now());
}

caf::expected<std::string> head_backend::put_image(std::string_view bytes,
                                                   image_format format) {
  return head_.put_image(bytes, format);
}

} // namespace pixmill::cli
