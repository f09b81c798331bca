#pragma once

#include <optional>
#include <variant>

#include "cli/cert.hpp"
#include "cli/client_options.hpp"
#include "cli/worker.hpp"

namespace CLI {
class App;
}

namespace pixmill::cli {

/// What the parser writes to: one for each verb about the cluster.
struct cluster_targets {
  worker_options worker;
  cert_init_options init;
  cert_issue_options issue;
  cert_show_options show;
  nodes_options nodes;
  drain_options drain;
  drain_options undrain;
};

using cluster_verb =
  std::variant<worker_options, cert_options, nodes_options, drain_options>;

/// Adds `worker`, `cert`, `nodes`, `drain` and `undrain`.
/// @param into Outlives the parsing.
void add_cluster_verbs(CLI::App& app, cluster_targets& into);

/// Returns the options of the cluster's verb that was parsed; empty: another
/// verb.
std::optional<cluster_verb> selected_cluster_verb(const CLI::App& app,
                                                  cluster_targets from);

} // namespace pixmill::cli
