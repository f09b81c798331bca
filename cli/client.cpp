#include "cli/client.hpp"

#include <unistd.h>

#include <ostream>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "cli/client_list.hpp"
#include "cli/client_nodes.hpp"
#include "cli/client_results.hpp"
#include "cli/client_submit.hpp"
#include "cli/client_watch.hpp"
#include "cli/client_webhooks.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/held_signals.hpp"
#include "cli/service_json.hpp"

namespace pixmill::cli {
namespace {

void add_time(std::string& out, std::string_view title,
              const std::string& time) {
  if (!time.empty())
    out += summary_line(title, printable(time));
}

std::string description(const job_answer& job) {
  const auto& figures = job.figures;
  auto out = summary(figures, std::nullopt);
  if (!job.name.empty())
    out += summary_line("name", printable(job.name));
  if (job.attempt > 1)
    out += summary_line("attempt", std::to_string(job.attempt));
  if (!is_terminal(figures.state)) {
    out += summary_line("to do", std::to_string(job.active) + " under way, "
                                   + std::to_string(job.pending) + " waiting");
    if (!job.waiting_for.empty())
      out += summary_line("waits for", printable(job.waiting_for));
    out += summary_line(
      "progress",
      progress_line(figures.counters, figures.totals.slots, job.images_per_s));
  }
  add_time(out, "created", job.created_at);
  add_time(out, "started", job.started_at);
  add_time(out, "finished", job.finished_at);
  return out;
}

int status(const status_options& options, service& server, const terminal& to) {
  const auto answer = server.get(job_path(options.id));
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return report_problem(*answer, options.json, to);
  if (options.json)
    return print_json(answer->body, to);
  const auto job = read_job(answer->body);
  if (!job)
    return report_failure(job.error(), to);
  to.out << description(*job) << std::flush;
  return exit_ok;
}

// Prints the state that a command has brought a job into.
int command(const job_verb_options& options, const std::string& verb,
            std::string body, service& server, const terminal& to) {
  auto answer = server.post(job_path(options.id, "/" + verb), std::move(body));
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return report_problem(*answer, options.json, to);
  if (options.json && is_json(answer->body))
    return print_json(answer->body, to);
  auto job = read_job(answer->body);
  if (!job) {
    // The contract lets the answer say no more than that the job has heard it.
    answer = server.get(job_path(options.id));
    if (!answer)
      return report_failure(answer.error(), to);
    if (!answer->is_success())
      return report_problem(*answer, options.json, to);
    if (options.json)
      return print_json(answer->body, to);
    job = read_job(answer->body);
  }
  if (!job)
    return report_failure(job.error(), to);
  to.out << printable(job->figures.id) << ' ' << to_string(job->figures.state)
         << std::endl;
  return exit_ok;
}

int retry(const retry_options& options, service& server, const terminal& to) {
  nlohmann::ordered_json body{{"codes", options.codes},
                              {"hosts", options.hosts}};
  if (options.limit > 0)
    body["limit"] = options.limit;
  return command(
    options, "retry",
    body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), server,
    to);
}

// One function for each verb, so that a verb too many does not compile.
class verb_caller {
public:
  verb_caller(service& server, const terminal& to, bool live)
      : server_{server}, to_{to}, live_{live} {}

  int operator()(const submit_options& x) const {
    return submit(x, server_, to_, live_);
  }
  int operator()(const status_options& x) const {
    return status(x, server_, to_);
  }
  int operator()(const watch_options& x) const {
    return watch(x, server_, to_, live_);
  }
  int operator()(const results_options& x) const {
    return results(x, server_, to_, live_);
  }
  int operator()(const steer_options& x) const {
    return command(x, x.verb, {}, server_, to_);
  }
  int operator()(const retry_options& x) const {
    return retry(x, server_, to_);
  }
  int operator()(const list_options& x) const {
    return list(x, server_, to_);
  }
  int operator()(const deliveries_options& x) const {
    return deliveries(x, server_, to_);
  }
  int operator()(const replay_options& x) const {
    return replay(x, server_, to_);
  }
  int operator()(const nodes_options& x) const {
    return nodes(x, server_, to_);
  }
  int operator()(const drain_options& x) const {
    return drain(x, server_, to_);
  }
  int operator()(const webhook_test_options& x) const {
    return webhook_test(x, server_, to_);
  }
  int operator()(const console_options& x) const {
    return console_line(x, server_, to_);
  }

private:
  service& server_;
  const terminal& to_;
  bool live_;
};

} // namespace

int client(const client_options& options, service& server, const terminal& to,
           bool live) {
  return std::visit(verb_caller{server, to, live}, options);
}

int client(const client_options& options,
           const std::map<std::string, std::string>& environment,
           const terminal& to) {
  const auto& about = std::visit(
    [](const auto& x) -> const server_options& { return x; }, options);
  auto address = address_of(about, environment);
  if (!address)
    return report_failure(address.error(), to);
  const auto* wish = std::get_if<console_options>(&options);
  if (wish != nullptr && wish->command.empty())
    return console(std::move(*address), to);
  const held_signals signals;
  service server{std::move(*address), [&](std::chrono::milliseconds pause) {
                   return signals.came_within(pause);
                 }};
  return client(options, server, to, isatty(STDOUT_FILENO) == 1);
}

} // namespace pixmill::cli
