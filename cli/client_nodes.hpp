#pragma once

#include "cli/client_options.hpp"
#include "cli/service.hpp"
#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Lists the nodes of a cluster.
int nodes(const nodes_options& options, service& server, const terminal& to);

/// Drains a node, or lets it take work again.
int drain(const drain_options& options, service& server, const terminal& to);

} // namespace pixmill::cli
