#include "cli/worker.hpp"

#include <ostream>
#include <utility>

#include "cli/exit_code.hpp"
#include "cli/head_setup.hpp"
#include "cli/held_signals.hpp"
#include "cluster/worker_node.hpp"
#include "model/errc.hpp"

namespace pixmill::cli {

int worker(const worker_options& options, const config::settings& settings,
           const std::string& program, const terminal& to) {
  auto head = cluster::endpoint::parse(options.head, false);
  if (!head) {
    complain(to, "--join " + context_of(head.error()));
    return exit_usage;
  }
  const auto common = head_settings_of(settings, program);
  const held_signals signals;
  cluster::worker_node_settings setup{
    .scheduler = settings.scheduler,
    .jobs = settings.jobs,
    .fetch = settings.fetch,
    .imaging = settings.imaging,
    .s3 = settings.s3,
    .cluster = settings.cluster,
    .head = std::move(*head),
    .program = program,
    .name = options.name.empty() ? common.node_name : options.name};
  if (options.slots)
    setup.jobs.slots = *options.slots;
  if (!options.labels.empty())
    setup.cluster.labels = options.labels;
  to.out << "pixmill worker " << setup.name << " looks for its head at "
         << setup.head.str() << std::endl;
  auto node = cluster::worker_node::start(std::move(setup));
  if (!node) {
    complain(to, context_of(node.error()));
    return code_of(node.error(), errc::none) == errc::config_invalid
             ? exit_usage
             : exit_job_failed;
  }
  const auto end = (*node)->run([&signals](std::chrono::milliseconds pause) {
    return signals.came_within(pause);
  });
  const bool left = end == cluster::worker_end::left;
  to.out << (left ? "left with nothing to do"
                  : "ended; what was under way goes to others")
         << std::endl;
  return left ? exit_ok : exit_interrupted;
}

} // namespace pixmill::cli
