// What a DISPATCHER says of its nodes, and what it is told to do with them.

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/dispatcher.hpp"
#include "model/job.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// Lost nodes that are still shown.
constexpr std::size_t most_lost = 100;
constexpr std::int64_t lost_shown_ms = 600'000;

// Over which the rate of a node is taken.
constexpr milliseconds rate_window{5'000};

} // namespace

std::string id_of_node(incarnation_id which) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "nod_%016llx",
                static_cast<unsigned long long>(which));
  return text.data();
}

node_status dispatcher_state::status_of(const node& which) const {
  node_status out{.name = which.about.name,
                  .incarnation = which.about.incarnation,
                  .build = which.about.build,
                  .labels = which.about.labels,
                  .codecs = which.about.codecs,
                  .local = which.about.local,
                  .credit = which.about.credit,
                  .used = which.used,
                  .leases = which.load.leases,
                  .cpu_ppm = which.load.cpu_ppm,
                  .memory_bytes = which.load.memory_bytes,
                  .finished = which.finished,
                  .finished_per_ks = which.finished_per_ks,
                  .rtt_us = which.load.rtt_us,
                  .since = which.since};
  out.silent_ms =
    duration_cast<milliseconds>(self_->clock().now() - which.last_seen).count();
  if (which.draining)
    out.state = node_state::draining;
  if (which.suspect)
    out.state = node_state::suspect;
  return out;
}

std::vector<node_status> dispatcher_state::list() const {
  std::vector<node_status> out;
  const auto forgotten = unix_now() - lost_shown_ms;
  for (const auto& x : lost_)
    if (x.since >= forgotten)
      out.push_back(x);
  for (const auto& [id, x] : nodes_)
    out.push_back(status_of(x));
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(a.name, a.incarnation) < std::tie(b.name, b.incarnation);
  });
  return out;
}

void dispatcher_state::remember(const node& which) {
  auto gone = status_of(which);
  gone.state = node_state::lost;
  gone.used = 0;
  gone.leases = 0;
  gone.finished_per_ks = 0;
  gone.since = unix_now();
  lost_.push_back(std::move(gone));
  if (lost_.size() > most_lost)
    lost_.pop_front();
}

void dispatcher_state::take_rates(time_point now) {
  for (auto& [id, x] : nodes_) {
    const auto window = duration_cast<milliseconds>(now - x.rate_taken);
    if (window < rate_window)
      continue;
    const auto done = x.finished - x.finished_before;
    x.finished_per_ks = static_cast<std::uint32_t>(
      done * 1'000'000 / static_cast<std::uint64_t>(window.count()));
    x.finished_before = x.finished;
    x.rate_taken = now;
  }
}

dispatcher_state::node_map::iterator
dispatcher_state::find(const std::string& name, std::size_t& count) {
  count = 0;
  auto found = nodes_.end();
  for (auto i = nodes_.begin(); i != nodes_.end(); ++i)
    if (i->second.about.name == name || id_of_node(i->first) == name) {
      found = i;
      ++count;
    }
  return found;
}

caf::result<node_status>
dispatcher_state::command(const node_command& command) {
  std::size_t count = 0;
  const auto which = find(command.node, count);
  if (count == 0)
    return make_error(errc::no_such_node, command.node);
  if (count > 1)
    return make_error(errc::node_ambiguous, command.node);
  auto& x = which->second;
  if (x.draining != command.drain) {
    x.draining = command.drain;
    x.since = unix_now();
    telemetry::log(telemetry::log_level::info,
                   command.drain ? "node drains" : "node takes work again",
                   {{"node", x.about.name}, {"id", id_of_node(which->first)}});
  }
  if (command.drain && command.leave && !x.about.local)
    self_->send(x.worker, atom::leave::value);
  auto out = status_of(x);
  match();
  return out;
}

caf::result<void> dispatcher_state::leave(incarnation_id which) {
  const auto i = nodes_.find(which);
  auto promise = self_->make_response_promise<caf::unit_t>();
  if (i == nodes_.end()) {
    promise.deliver(caf::unit);
    return promise;
  }
  if (!std::exchange(i->second.draining, true))
    i->second.since = unix_now();
  i->second.leaving.push_back(promise);
  if (i->second.used == 0)
    let_go(i);
  return promise;
}

// It has nothing left, and gets nothing more.
void dispatcher_state::let_go(node_map::iterator which) {
  telemetry::log(
    telemetry::log_level::info, "node left",
    {{"node", which->second.about.name}, {"id", id_of_node(which->first)}});
  self_->demonitor(which->second.worker.address());
  for (auto& promise : which->second.leaving)
    promise.deliver(caf::unit);
  ledger_->forget(which->first);
  nodes_.erase(which);
}

caf::result<bool> dispatcher_state::hand_in(const row_report& report) {
  const auto job = clients_.find(report.job);
  if (job == clients_.end())
    return false;
  return self_->delegate(job->second.handle, report);
}

} // namespace pixmill::actors
