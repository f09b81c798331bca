#include "actors/worker.hpp"

#include <algorithm>

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

worker_state::worker_state(pointer self) : self_{self} {}

telemetry::actor_record& worker_state::record() {
  return *record_;
}

void worker_state::start(worker_setup setup, dispatcher_actor dispatcher) {
  setup_ = std::move(setup);
  dispatcher_ = std::move(dispatcher);
  random_.seed(setup_.seed);
  record_.emplace(telemetry::actor_kind::worker, self_->id(), 0,
                  setup_.services->node_name, std::string{}, handle_of(self_));
  join();
  self_->delayed_send(self_, tick_interval, atom::tick::value);
}

void worker_state::join() {
  incarnation_ = random_();
  record_->set_state("joining");
  self_
    ->request(dispatcher_, caf::infinite,
              node_description{.name = setup_.services->node_name,
                               .incarnation = incarnation_,
                               .credit = setup_.credit},
              worker_actor{self_})
    .then([this]() { record_->set_state("up"); },
          [this](const caf::error& reason) {
            record_->set_state("refused");
            telemetry::log(telemetry::log_level::error,
                           "joining failed: " + context_of(reason));
          });
}

void worker_state::run(row_task task, job_actor job) {
  const lease_key key{task.job, task.lease};
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
  const auto i = leases_.find({report.job, report.lease});
  if (i == leases_.end())
    return;
  auto& open = i->second.open;
  for (const auto& done : report.slots)
    std::erase_if(open,
                  [&](const slot_task& x) { return x.slot == done.slot; });
  const auto count = report.slots.size();
  report.incarnation = incarnation_;
  self_->send(i->second.job, std::move(report));
  if (open.empty())
    leases_.erase(i);
  give_back(count);
}

void worker_state::give_back(std::size_t slots) {
  self_->send(dispatcher_,
              credit_return{.incarnation = incarnation_,
                            .slots = static_cast<std::uint32_t>(slots)});
}

void worker_state::revoke(const lease_revocation& message) {
  for (auto i = leases_.begin(); i != leases_.end();) {
    if (i->first.first != message.job) {
      ++i;
      continue;
    }
    cancel(i->second);
    give_back(i->second.open.size());
    i = leases_.erase(i);
  }
}

void worker_state::cancel(lease& which) {
  self_->send(which.row, atom::cancel::value);
}

void worker_state::row_down(const caf::actor_addr& source,
                            const caf::error& reason) {
  const auto i =
    std::find_if(leases_.begin(), leases_.end(), [&](const auto& entry) {
      return entry.second.row.address() == source;
    });
  if (i == leases_.end())
    return;
  // A bug in ROW costs one attempt of its open slots, never the job.
  row_report report{.job = i->first.first,
                    .lease = i->first.second,
                    .incarnation = 0,
                    .slots = {}};
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
  self_
    ->request(
      dispatcher_, caf::infinite,
      load_report{.incarnation = incarnation_, .slots_in_use = slots_in_use()})
    .then(
      [this, told = incarnation_](bool known) {
        if (known || told != incarnation_)
          return;
        // The head has given our leases to others. Stop, and begin anew.
        for (auto& [key, entry] : leases_)
          cancel(entry);
        leases_.clear();
        join();
      },
      [](const caf::error&) {
        // The dispatcher ended; so will this process, or main respawns both.
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
    self->state.row_down(message.source, message.reason);
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
    [self](atom::tick) {
      const auto guard = handling(self);
      self->state.tick();
    },
  };
}

} // namespace pixmill::actors
