#include "actors/dispatcher.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/tracking.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {
namespace {

constexpr auto tick_interval = std::chrono::seconds{1};

// Nodes report every second; who misses three reports gets nothing new.
constexpr std::chrono::milliseconds suspicion{3'500};

// While several jobs are hungry, none is granted more than this at once, so
// that a job of one image waits for a few of another's and not for hundreds.
constexpr std::uint32_t shared_grant = 4;

} // namespace

dispatcher_state::dispatcher_state(pointer self) : self_{self} {}

telemetry::actor_record& dispatcher_state::record() {
  return *record_;
}

void dispatcher_state::start(dispatcher_setup setup) {
  setup_ = std::move(setup);
  ledger_.emplace(setup_.per_origin);
  record_.emplace(telemetry::actor_kind::dispatcher, self_->id(), 0,
                  "dispatcher", std::string{}, handle_of(self_));
  record_->set_state("running");
  self_->delayed_send(self_, tick_interval, atom::tick::value);
}

caf::result<void> dispatcher_state::join(const node_description& description,
                                         worker_actor worker) {
  if (nodes_.count(description.incarnation) != 0)
    return make_error(errc::wrong_state,
                      "incarnation id of " + description.name + " is taken");
  // One that draws a new number has given up what it had under the old one.
  const auto before =
    std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& entry) {
      return entry.second.worker == worker;
    });
  if (before != nodes_.end())
    lose(before, "it joins anew");
  self_->monitor(worker);
  const auto now = self_->clock().now();
  nodes_[description.incarnation] = {.about = description,
                                     .worker = std::move(worker),
                                     .sent_taken = now,
                                     .rate_taken = now,
                                     .last_seen = now,
                                     .since = unix_now()};
  ledger_->join(description.incarnation);
  // It is back: nobody need know that it was away under another number.
  std::erase_if(lost_,
                [&](const auto& x) { return x.name == description.name; });
  telemetry::log(description.local ? telemetry::log_level::debug
                                   : telemetry::log_level::info,
                 "node joined",
                 {{"node", description.name},
                  {"id", id_of_node(description.incarnation)},
                  {"slots", description.credit},
                  {"build", description.build}});
  match();
  return caf::unit;
}

bool dispatcher_state::renew(const load_report& report) {
  const auto i = nodes_.find(report.incarnation);
  if (i == nodes_.end())
    return false;
  auto& known = i->second;
  known.last_seen = self_->clock().now();
  known.load = report;
  if (std::exchange(known.suspect, false))
    known.since = unix_now();
  if (misses_tasks(known, report.received)) {
    lose(i, "a task has not arrived");
    return false;
  }
  take_back(known, report.returned);
  match();
  return true;
}

// A connection keeps the order of what it carries, but not what was under way
// when it broke and was made anew.
bool dispatcher_state::misses_tasks(node& which, std::uint64_t received) {
  const auto now = self_->clock().now();
  if (now - which.sent_taken < setup_.lease_timeout)
    return false;
  const bool missed = received < which.sent_before;
  which.sent_before = which.sent;
  which.sent_taken = now;
  return missed;
}

void dispatcher_state::take_back(const credit_return& credit) {
  const auto i = nodes_.find(credit.incarnation);
  if (i == nodes_.end())
    return;
  take_back(i->second, credit.returned);
  match();
}

void dispatcher_state::take_back(node& which, std::uint64_t returned) {
  if (returned <= which.finished)
    return;
  const auto fresh = returned - which.finished;
  which.finished = returned;
  free(which, static_cast<std::uint32_t>(fresh));
}

void dispatcher_state::free(node& which, std::uint32_t slots) {
  which.used -= std::min(which.used, slots);
  if (which.used == 0 && !which.leaving.empty())
    let_go(nodes_.find(which.about.incarnation));
}

void dispatcher_state::hungry(const work_call& call, const job_actor& handle) {
  const auto& [job, tenant, priority, codec] = call;
  wake(tenant);
  auto i = clients_.find(job);
  if (i == clients_.end()) {
    self_->monitor(handle);
    // A newcomer starts just ahead of the rest: it goes first, and then can
    // neither starve them for what they had before it came, nor be starved.
    client fresh{.handle = handle,
                 .tenant = tenant,
                 .weight = std::exp2(priority / 2.0),
                 .served = least_served(tenant) - 1,
                 .hungry = false,
                 .grant = {},
                 .codec = codec};
    i = clients_.emplace(job, std::move(fresh)).first;
  } else if (i->second.handle == handle) {
    // Who had nothing to do for a while has not saved up for it.
    i->second.served = std::max(i->second.served, least_served(tenant) - 1);
  } else {
    self_->monitor(handle);
    i->second.handle = handle;
    if (auto stale = std::exchange(i->second.grant, {}))
      release(*stale);
    void_leases(job);
  }
  i->second.hungry = true;
  i->second.not_for.clear();
  match();
}

// A tenant that comes, or comes back, starts just ahead of the others, as a job
// does among its own: it has not saved up for it, and goes first.
void dispatcher_state::wake(const std::string& tenant) {
  auto least = std::numeric_limits<std::uint64_t>::max();
  for (const auto& [job, x] : clients_) {
    if (x.hungry && x.tenant == tenant)
      return;
    if (x.hungry)
      least = std::min(least, tenants_[x.tenant]);
  }
  auto& served = tenants_[tenant];
  if (least != std::numeric_limits<std::uint64_t>::max())
    served = std::max(served, least - std::min<std::uint64_t>(least, 1));
}

double dispatcher_state::least_served(const std::string& tenant) const {
  auto least = std::numeric_limits<double>::infinity();
  for (const auto& [job, x] : clients_)
    if (x.hungry && x.tenant == tenant)
      least = std::min(least, x.served);
  return std::isinf(least) ? 0.0 : least;
}

dispatcher_state::client* dispatcher_state::next_client() {
  client* best = nullptr;
  std::uint64_t best_tenant = 0;
  for (auto& [job, x] : clients_) {
    if (!x.hungry || x.grant || roomiest(x) == nodes_.end())
      continue;
    const auto tenant = tenants_[x.tenant];
    if (best == nullptr || tenant < best_tenant
        || (x.tenant == best->tenant && x.served < best->served)) {
      best = &x;
      best_tenant = tenant;
    }
  }
  return best;
}

std::size_t dispatcher_state::hungry_count() const {
  return static_cast<std::size_t>(
    std::count_if(clients_.begin(), clients_.end(),
                  [](const auto& entry) { return entry.second.hungry; }));
}

dispatcher_state::node_map::iterator
dispatcher_state::roomiest(const client& taker) {
  const auto room = [](const node& x) {
    return x.draining || x.suspect || x.used >= x.about.credit
             ? 0u
             : x.about.credit - x.used;
  };
  auto best = nodes_.end();
  for (auto i = nodes_.begin(); i != nodes_.end(); ++i)
    if (room(i->second) > 0 && taker.not_for.count(i->first) == 0
        && can_do(i->second, taker)
        && (best == nodes_.end() || room(i->second) > room(best->second)))
      best = i;
  return best;
}

void dispatcher_state::match() {
  for (;;) {
    auto* taker = next_client();
    if (taker == nullptr)
      return;
    const auto home = roomiest(*taker);
    auto slots = home->second.about.credit - home->second.used;
    if (hungry_count() > 1)
      slots = std::min(slots, shared_grant);
    home->second.used += slots;
    taker->grant = {.incarnation = home->first,
                    .slots = slots,
                    .closed =
                      ledger_->closed(home->first, self_->clock().now())};
    self_->send(taker->handle, *taker->grant);
  }
}

void dispatcher_state::assign(task_offer offer) {
  const auto taker = clients_.find(offer.job);
  // A job that was revoked meanwhile has had its room released already.
  if (taker == clients_.end() || !taker->second.grant)
    return;
  auto& job = taker->second;
  const auto grant = *std::exchange(job.grant, {});
  std::uint32_t taken = 0;
  for (const auto& task : offer.tasks)
    taken += static_cast<std::uint32_t>(task.slots.size());
  job.hungry = taken > 0 || offer.elsewhere;
  if (offer.elsewhere)
    job.not_for.insert(grant.incarnation);
  for (const auto& origin : offer.skipped)
    ledger_->want(grant.incarnation, origin, self_->clock().now());
  job.served += taken / job.weight;
  tenants_[job.tenant] += taken;
  const auto home = nodes_.find(offer.grant.incarnation);
  if (home != nodes_.end()) {
    home->second.used += taken;
    home->second.sent += taken;
    for (auto& task : offer.tasks) {
      if (home->second.about.uploads && setup_.permit)
        task.permit = setup_.permit(task);
      lease_origins(home->second, task);
      self_->send(home->second.worker, std::move(task), job.handle);
    }
  } else if (taken > 0) {
    // The node went while the job was filling its grant.
    self_->send(job.handle, node_lost{.incarnation = offer.grant.incarnation});
  }
  // Last: a node that is to leave goes when its last slot is free.
  release(grant);
  match();
}

void dispatcher_state::release(const credit_grant& grant) {
  const auto i = nodes_.find(grant.incarnation);
  if (i != nodes_.end())
    free(i->second, grant.slots);
}

// Tenants without jobs are not remembered.
void dispatcher_state::leave(const std::string& tenant) {
  if (std::none_of(clients_.begin(), clients_.end(), [&](const auto& entry) {
        return entry.second.tenant == tenant;
      }))
    tenants_.erase(tenant);
}

void dispatcher_state::forget(std::map<std::string, client>::iterator which) {
  if (which->second.grant)
    release(*which->second.grant);
  self_->demonitor(which->second.handle.address());
  const auto tenant = std::move(which->second.tenant);
  clients_.erase(which);
  leave(tenant);
  match();
}

// A new life of a JOB numbers its leases from 1 again: those of the life before
// must be gone by then, and their credit with them.
void dispatcher_state::void_leases(const std::string& job) {
  for (auto& [id, x] : nodes_)
    self_->send(x.worker, lease_revocation{.job = job});
}

void dispatcher_state::revoke(const lease_revocation& message) {
  void_leases(message.job);
  if (const auto i = clients_.find(message.job); i != clients_.end())
    forget(i);
}

void dispatcher_state::lose(node_map::iterator which, const char* why) {
  telemetry::log(telemetry::log_level::warning, "node lost",
                 {{"node", which->second.about.name},
                  {"id", id_of_node(which->first)},
                  {"why", why},
                  {"released", which->second.used}});
  const node_lost news{.incarnation = which->first};
  self_->demonitor(which->second.worker.address());
  remember(which->second);
  nodes_.erase(which);
  ledger_->forget(news.incarnation);
  for (auto& [job, x] : clients_) {
    x.not_for.erase(news.incarnation);
    self_->send(x.handle, news);
  }
}

void dispatcher_state::down(const caf::actor_addr& source) {
  const auto home =
    std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& entry) {
      return entry.second.worker.address() == source;
    });
  if (home != nodes_.end())
    return lose(home, "its worker ended");
  const auto job =
    std::find_if(clients_.begin(), clients_.end(), [&](const auto& entry) {
      return entry.second.handle.address() == source;
    });
  if (job != clients_.end()) {
    void_leases(job->first);
    forget(job);
  }
}

void dispatcher_state::tick() {
  self_->delayed_send(self_, tick_interval, atom::tick::value);
  const auto now = self_->clock().now();
  for (auto i = nodes_.begin(); i != nodes_.end();) {
    const auto which = i++;
    auto& x = which->second;
    const auto silence = now - x.last_seen;
    if (silence > setup_.lease_timeout) {
      lose(which, "silent");
    } else if (silence > suspicion && !std::exchange(x.suspect, true)) {
      x.since = unix_now();
      telemetry::log(
        telemetry::log_level::warning, "node is silent",
        {{"node", x.about.name}, {"id", id_of_node(which->first)}});
    }
  }
  take_rates(now);
  ledger_->tick(now);
  tell_hindrances();
  // A node that was suspected may have room again, an origin may be open.
  for (auto& [job, x] : clients_)
    x.not_for.clear();
  match();
}

dispatcher_actor::behavior_type dispatcher(dispatcher_state::pointer self,
                                           dispatcher_setup setup) {
  self->set_down_handler([self](const caf::down_msg& message) {
    const auto guard = handling(self);
    self->state.down(message.source);
  });
  self->state.start(std::move(setup));
  return {
    [self](atom::inspect) { return report_of(self); },
    [self](const node_description& node, worker_actor& worker) {
      const auto guard = handling(self);
      return self->state.join(node, std::move(worker));
    },
    [self](const load_report& report) {
      const auto guard = handling(self);
      return self->state.renew(report);
    },
    [self](const credit_return& credit) {
      const auto guard = handling(self);
      self->state.take_back(credit);
    },
    [self](const row_report& report) {
      const auto guard = handling(self);
      return self->state.hand_in(report);
    },
    [self](atom::leave, incarnation_id node) {
      const auto guard = handling(self);
      return self->state.leave(node);
    },
    [self](const origin_report& told) {
      const auto guard = handling(self);
      return self->state.report(told);
    },
    [self](atom::origins) {
      const auto guard = handling(self);
      return self->state.origins();
    },
    [self](atom::list) {
      const auto guard = handling(self);
      return self->state.list();
    },
    [self](const node_command& command) {
      const auto guard = handling(self);
      return self->state.command(command);
    },
    [self](const work_call& call, job_actor& handle) {
      const auto guard = handling(self);
      self->state.hungry(call, handle);
    },
    [self](task_offer& offer) {
      const auto guard = handling(self);
      self->state.assign(std::move(offer));
    },
    [self](const lease_revocation& message) {
      const auto guard = handling(self);
      self->state.revoke(message);
    },
    [self](atom::tick) {
      const auto guard = handling(self);
      self->state.tick();
    },
  };
}

} // namespace pixmill::actors
