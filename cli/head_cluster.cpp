// The cluster, as the HTTP routes see it.

#include <string>

#include "actors/head_metrics.hpp"
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
  if (const auto nodes = head_.nodes())
    actors::add_cluster_metrics(page, *nodes);
  if (const auto origins = head_.origin_budgets())
    actors::add_origin_metrics(page, *origins);
}

bool head_backend::permits(std::string_view permit) {
  return permits_ != nullptr && permits_->valid(permit, unix_now());
}

caf::expected<std::string> head_backend::put_image(std::string_view bytes,
                                                   image_format format) {
  return head_.put_image(bytes, format);
}

} // namespace pixmill::cli
