// What a DISPATCHER lets nodes do at origins, and which nodes can do what.

#include <algorithm>
#include <utility>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/dispatcher.hpp"
#include "net/web_address.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {

// -- origins ------------------------------------------------------------------

void dispatcher_state::lease_origins(const node& home, row_task& task) {
  const auto now = self_->clock().now();
  // The grant that they fill counts as used until all are sent.
  const auto unfinished = std::min(home.used, home.about.credit);
  for (const auto& slot : task.slots)
    if (auto lease =
          ledger_->admit(home.about.incarnation, net::origin_named_by(slot.url),
                         unfinished, now))
      task.origins.push_back(std::move(*lease));
}

origin_leases dispatcher_state::report(const origin_report& told) {
  origin_leases out{.incarnation = told.incarnation,
                    .origins = ledger_->report(told, self_->clock().now())};
  tell_urgent();
  return out;
}

// At most one for each node and hold.
void dispatcher_state::tell_urgent() {
  std::map<incarnation_id, origin_leases> news;
  for (auto& [to, lease] : ledger_->take_urgent()) {
    telemetry::log(telemetry::log_level::debug, "an origin is left alone",
                   {{"origin", lease.origin},
                    {"ms", static_cast<std::uint64_t>(lease.hold_ms)}});
    news[to].incarnation = to;
    news[to].origins.push_back(std::move(lease));
  }
  for (auto& [to, leases] : news)
    if (const auto i = nodes_.find(to); i != nodes_.end())
      self_->send(i->second.worker, std::move(leases));
}

std::vector<origin_status> dispatcher_state::origins() const {
  auto out = ledger_->list(self_->clock().now());
  for (auto& x : out)
    for (const auto holder : ledger_->holders(x.origin))
      if (const auto i = nodes_.find(holder); i != nodes_.end())
        x.nodes.push_back(i->second.about.name);
  return out;
}

// -- codecs -------------------------------------------------------------------

bool dispatcher_state::can_do(const node& which, const client& job) {
  const auto& has = which.about.codecs;
  return job.codec.empty()
         || std::find(has.begin(), has.end(), job.codec) != has.end();
}

void dispatcher_state::tell_hindrances() {
  for (auto& [name, job] : clients_) {
    std::string what;
    if (job.hungry
        && std::none_of(nodes_.begin(), nodes_.end(),
                        [&job = job](const auto& entry) {
                          const auto& x = entry.second;
                          return !x.draining && !x.suspect && can_do(x, job);
                        }))
      what = job.codec.empty() ? "a node" : "a node that writes " + job.codec;
    if (what == job.hindrance)
      continue;
    job.hindrance = what;
    if (!what.empty())
      telemetry::log(telemetry::log_level::warning, "a job waits for " + what,
                     {{"job", name}});
    self_->send(job.handle, atom::hindered::value, std::move(what));
  }
}

} // namespace pixmill::actors
