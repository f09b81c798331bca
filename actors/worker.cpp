#include "actors/worker.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/tracking.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {
namespace {

constexpr auto tick_interval = std::chrono::seconds{1};

} // namespace

worker_setup worker_setup_of(node_settings settings) {
  constexpr std::uint32_t slots_per_core = 16;
  std::random_device entropy;
  worker_setup out{.services = std::move(settings.services),
                   .retry = {.fetch = std::move(settings.fetch),
                             .item_timeout = settings.jobs.item_timeout,
                             .short_pause = settings.jobs.short_pause,
                             .seed = 0},
                   .about = std::move(settings.about),
                   .seed = (std::uint64_t{entropy()} << 32) | entropy()};
  out.about.credit =
    settings.jobs.slots > 0
      ? settings.jobs.slots
      : slots_per_core * std::max(1u, std::thread::hardware_concurrency());
  out.about.build = PIXMILL_VERSION;
  return out;
}

worker_state::worker_state(pointer self) : self_{self} {}

telemetry::actor_record& worker_state::record() {
  return *record_;
}

void worker_state::start(worker_setup setup, dispatcher_actor dispatcher) {
  setup_ = std::move(setup);
  setup_.about.name = setup_.services->node_name;
  random_.seed(setup_.seed);
  record_.emplace(telemetry::actor_kind::worker, self_->id(), 0,
                  setup_.services->node_name, std::string{}, handle_of(self_));
  record_->set_state("searching");
  if (dispatcher)
    link(caf::actor_cast<caf::strong_actor_ptr>(dispatcher));
  self_->delayed_send(self_, tick_interval, atom::tick::value);
}

void worker_state::link(const caf::strong_actor_ptr& dispatcher) {
  if (dispatcher_)
    self_->demonitor(dispatcher_.address());
  dispatcher_ = caf::actor_cast<dispatcher_actor>(dispatcher);
  joining_ = false;
  if (remote())
    self_->monitor(dispatcher_);
  join();
}

void worker_state::join() {
  void_leases();
  incarnation_ = random_();
  received_ = 0;
  returned_ = 0;
  begin_looking();
  setup_.about.incarnation = incarnation_;
  joined_ = false;
  joining_ = true;
  record_->set_state("joining");
  promise();
  self_->request(dispatcher_, answer_timeout, setup_.about, worker_actor{self_})
    .then(
      [this, told = incarnation_]() {
        if (told != incarnation_)
          return;
        joining_ = false;
        joined_ = true;
        record_->set_state(leaving_ ? "leaving" : "up");
        hand_in();
        if (leaving_)
          say_goodbye();
      },
      [this, told = incarnation_](const caf::error& reason) {
        if (told != incarnation_)
          return;
        joining_ = false; // The next tick tries again.
        record_->set_state("refused");
        telemetry::log(telemetry::log_level::error,
                       "joining failed: " + context_of(reason));
      });
}

void worker_state::run(row_task task, job_actor job) {
  // What was meant for an earlier life has been given to others.
  if (remote() && task.incarnation != incarnation_)
    return;
  received_ += task.slots.size();
  if (!task.origins.empty())
    take({.incarnation = task.incarnation,
          .origins = std::exchange(task.origins, {})});
  const lease_key key{task.incarnation, task.job, task.lease};
  auto policy = setup_.retry;
  policy.seed = random_();
  lease entry;
  entry.job = job;
  entry.open = task.slots;
  entry.row = self_->spawn<caf::monitored>(row, std::move(task),
                                           setup_.services, std::move(policy),
                                           worker_actor{self_}, std::move(job));
  leases_.insert_or_assign(key, std::move(entry));
}

void worker_state::handle(row_report report) {
  const auto i = leases_.find({report.incarnation, report.job, report.lease});
  if (i == leases_.end())
    return;
  if (report.slots.front().result.state == item_state::storing) {
    i->second.finished.insert(report.slots.front().slot);
    return;
  }
  auto& open = i->second.open;
  for (const auto& done : report.slots)
    std::erase_if(open,
                  [&](const slot_task& x) { return x.slot == done.slot; });
  const auto job = i->second.job;
  if (open.empty())
    leases_.erase(i);
  if (remote() && report.incarnation != incarnation_) {
    orphan(report);
    return hand_in();
  }
  const auto count = report.slots.size();
  report.incarnation = incarnation_;
  this->report(job, std::move(report));
  give_back(count);
}

void worker_state::give_back(std::size_t slots) {
  returned_ += slots;
  if (dispatcher_)
    self_->send(dispatcher_, credit_return{.incarnation = incarnation_,
                                           .returned = returned_});
}

void worker_state::revoke(const lease_revocation& message) {
  for (auto i = leases_.begin(); i != leases_.end();) {
    if (std::get<std::string>(i->first) != message.job) {
      ++i;
      continue;
    }
    cancel(i->second);
    if (!remote() || std::get<0>(i->first) == incarnation_)
      give_back(i->second.open.size());
    i = leases_.erase(i);
  }
}

void worker_state::cancel(lease& which) {
  self_->send(which.row, atom::cancel::value);
}

void worker_state::down(const caf::actor_addr& source,
                        const caf::error& reason) {
  if (dispatcher_ && source == dispatcher_.address())
    head_lost();
  else
    row_down(source, reason);
}

void worker_state::row_down(const caf::actor_addr& source,
                            const caf::error& reason) {
  const auto i =
    std::find_if(leases_.begin(), leases_.end(), [&](const auto& entry) {
      return entry.second.row.address() == source;
    });
  if (i == leases_.end())
    return;
  const auto& [incarnation, job, number] = i->first;
  if (remote() && incarnation != incarnation_) {
    leases_.erase(i); // It was void; what there was to keep has been reported.
    return;
  }
  // A bug in ROW costs one attempt of its open slots, never the job.
  row_report report{
    .job = job, .lease = number, .incarnation = incarnation, .slots = {}};
  for (const auto& task : i->second.open) {
    slot_report lost{.slot = task.slot, .result = {}, .retry_in_ms = 1};
    lost.result.why = {.code = errc::node_lost,
                       .http_status = 0,
                       .detail =
                         "the row's actor ended: " + context_of(reason)};
    // A row that was ended by hand has not tried in vain.
    const int tried = reason == caf::exit_reason::kill ? 0 : 1;
    lost.result.attempts = static_cast<std::uint16_t>(task.attempts + tried);
    report.slots.push_back(std::move(lost));
  }
  handle(std::move(report));
}

void worker_state::tick() {
  self_->delayed_send(self_, tick_interval, atom::tick::value);
  for (auto& [key, entry] : leases_)
    self_->send(entry.row, atom::tick::value);
  drop_stale();
  end_if_done();
  if (!dispatcher_ || joining_ || left_)
    return;
  if (!joined_)
    return join();
  hand_in();
  look();
  const auto asked = self_->clock().now();
  self_
    ->request(dispatcher_, answer_timeout,
              load_report{.incarnation = incarnation_,
                          .slots_in_use = slots_in_use(),
                          .leases = static_cast<std::uint32_t>(leases_.size()),
                          .cpu_ppm = meter_.cpu_ppm(),
                          .memory_bytes = telemetry::load_meter::memory_bytes(),
                          .rtt_us = rtt_us_,
                          .received = received_,
                          .returned = returned_})
    .then(
      [this, told = incarnation_, asked](bool known) {
        rtt_us_ = std::chrono::duration_cast<std::chrono::microseconds>(
                    self_->clock().now() - asked)
                    .count();
        // The head has given our leases to others. Stop, and begin anew.
        if (!known && told == incarnation_ && !left_)
          join();
      },
      [](const caf::error&) {
        // The dispatcher ended; so will this process, or main respawns both.
        // Or the head is lost: then the link says so.
      });
}

std::uint32_t worker_state::slots_in_use() const {
  std::size_t sum = 0;
  for (const auto& [key, entry] : leases_)
    sum += entry.open.size();
  return static_cast<std::uint32_t>(sum);
}

void worker_state::stop() {
  for (auto& [key, entry] : leases_)
    cancel(entry);
  leases_.clear();
  self_->quit(caf::exit_reason::user_shutdown);
}

worker_actor::behavior_type worker(worker_state::pointer self,
                                   worker_setup setup,
                                   dispatcher_actor dispatcher) {
  self->set_down_handler([self](const caf::down_msg& message) {
    const auto guard = handling(self);
    self->state.down(message.source, message.reason);
  });
  self->set_exit_handler([self](const caf::exit_msg&) { self->state.stop(); });
  self->state.start(std::move(setup), std::move(dispatcher));
  return {
    [self](atom::inspect) { return report_of(self); },
    [self](row_task& task, job_actor& job) {
      const auto guard = handling(self);
      self->state.run(std::move(task), std::move(job));
    },
    [self](const lease_revocation& message) {
      const auto guard = handling(self);
      self->state.revoke(message);
    },
    [self](row_report& report) {
      const auto guard = handling(self);
      self->state.handle(std::move(report));
    },
    [self](const origin_leases& leases) {
      const auto guard = handling(self);
      self->state.take(leases);
    },
    [self](atom::look) {
      const auto guard = handling(self);
      self->state.look();
    },
    [self](origin_report& seen) {
      const auto guard = handling(self);
      self->state.handle(std::move(seen));
    },
    [self](atom::link, const caf::strong_actor_ptr& dispatcher_found) {
      const auto guard = handling(self);
      self->state.link(dispatcher_found);
    },
    [self](atom::leave) {
      const auto guard = handling(self);
      self->state.leave();
    },
    [self](atom::settled, const std::string& job, slot_id slot, bool stored) {
      const auto guard = handling(self);
      self->state.assured(job, slot, stored);
    },
    [self](atom::tick) {
      const auto guard = handling(self);
      self->state.tick();
    },
  };
}

} // namespace pixmill::actors
