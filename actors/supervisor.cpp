#include "actors/supervisor.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/job.hpp"
#include "actors/tracking.hpp"
#include "model/trace_parent.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {
namespace {

// A JOB that dies this often has met a bug that its next life meets again.
constexpr std::uint32_t most_restarts = 3;

} // namespace

supervisor_state::supervisor_state(pointer self) : self_{self} {}

telemetry::actor_record& supervisor_state::record() {
  return *record_;
}

void supervisor_state::start(supervisor_setup setup) {
  setup_ = std::move(setup);
  if (!setup_.places)
    setup_.places = std::make_shared<admission>(setup_.settings.max_queued, 0u);
  record_.emplace(telemetry::actor_kind::supervisor, self_->id(), 0,
                  "supervisor", std::string{}, handle_of(self_));
  record_->set_state("running");
}

// -- submission ---------------------------------------------------------------

caf::result<void> supervisor_state::pass_on(csv_chunk chunk) {
  return self_->delegate(setup_.journal, std::move(chunk));
}

caf::result<job_status> supervisor_state::accept(job_record job,
                                                 std::string csv) {
  // Refused now or never: what is accepted is durable.
  if (auto full = setup_.places->take(job.tenant))
    return full;
  auto promise = self_->make_response_promise<job_status>();
  const auto tenant = job.tenant;
  self_
    ->request(setup_.journal, caf::infinite, atom::accept::value, job,
              std::move(csv))
    .then(
      [this, promise, job]() mutable {
        job_truth truth{std::move(job), {}};
        auto answer = status_of(truth);
        admit(std::move(truth));
        promise.deliver(std::move(answer));
      },
      [this, promise, tenant](caf::error& reason) mutable {
        setup_.places->leave(tenant);
        promise.deliver(std::move(reason));
      });
  return promise;
}

caf::result<void> supervisor_state::erase(const std::string& job) {
  if (jobs_.count(job) != 0)
    return make_error(errc::wrong_state, job + " is not settled");
  auto promise = self_->make_response_promise<caf::unit_t>();
  self_->request(setup_.journal, caf::infinite, atom::erase::value, job)
    .then(
      [this, promise, job]() mutable {
        tell(job);
        promise.deliver(caf::unit);
      },
      [promise](caf::error& reason) mutable {
        promise.deliver(std::move(reason));
      });
  return promise;
}

void supervisor_state::tell(const std::string& job) const {
  if (setup_.news != nullptr)
    setup_.news->post(job);
}

// -- starting and ending ------------------------------------------------------

void supervisor_state::admit(job_truth truth) {
  const auto id = truth.record.id;
  telemetry::log(telemetry::log_level::info, "job admitted",
                 {{"job", id},
                  {"attempt", truth.record.attempt},
                  {"trace_id", trace_id_of(truth.record.trace_parent)}});
  const auto tenant = truth.record.tenant;
  if (!jobs_.emplace(id, entry{std::move(truth), {}, 0}).second)
    return setup_.places->leave(tenant);
  queue_.push_back(id);
  tell(id);
  start_next();
}

void supervisor_state::readmit(job_truth truth) {
  setup_.places->add(truth.record.tenant);
  admit(std::move(truth));
}

void supervisor_state::leave_queue(entry& which) {
  if (std::exchange(which.waits, false))
    setup_.places->leave(which.truth.record.tenant);
}

void supervisor_state::start_next() {
  while (running_ < setup_.settings.max_running && !queue_.empty()) {
    const auto i = jobs_.find(queue_.front());
    queue_.pop_front();
    if (i == jobs_.end() || i->second.handle)
      continue;
    leave_queue(i->second);
    spawn_job(i->second);
  }
}

void supervisor_state::spawn_job(entry& which) {
  auto rules = setup_.rules;
  rules.columns = which.truth.record.options.columns;
  rules.assume_https = which.truth.record.options.assume_https;
  which.handle = self_->spawn<caf::monitored>(
    job, job_setup{.truth = which.truth,
                   .rules = std::move(rules),
                   .settings = setup_.settings,
                   .journal = setup_.journal,
                   .archive = setup_.archive,
                   .dispatcher = setup_.dispatcher,
                   .supervisor = supervisor_actor{self_},
                   .news = setup_.news});
  ++running_;
  self_->send(which.handle, atom::restore::value);
}

void supervisor_state::settled(const job_record& job) {
  const auto i = jobs_.find(job.id);
  if (i == jobs_.end())
    return;
  telemetry::log(telemetry::log_level::info, "job settled",
                 {{"job", job.id},
                  {"state", to_string(job.state)},
                  {"trace_id", trace_id_of(job.trace_parent)}});
  self_->demonitor(i->second.handle.address());
  leave_queue(i->second);
  jobs_.erase(i);
  --running_;
  start_next();
}

void supervisor_state::job_down(const caf::actor_addr& source,
                                const caf::error& reason) {
  const auto i = std::find_if(jobs_.begin(), jobs_.end(), [&](const auto& x) {
    return x.second.handle && x.second.handle.address() == source;
  });
  if (i == jobs_.end())
    return;
  --running_;
  i->second.handle = nullptr;
  telemetry::log(telemetry::log_level::error,
                 "the job's actor ended: " + context_of(reason),
                 {{"job", i->first}});
  // Ended by hand, it has met no bug.
  if (reason != caf::exit_reason::kill && ++i->second.restarts > most_restarts)
    return give_up(i->second, reason);
  // What was recorded counts; what was under way is leased again.
  load(i->first, [] {});
}

void supervisor_state::load(const std::string& job,
                            std::function<void()> then) {
  self_->request(setup_.archive, caf::infinite, atom::status::value, job)
    .then(
      [this, then](job_truth& truth) {
        take_up(std::move(truth));
        then();
      },
      [job, then](const caf::error& reason) {
        telemetry::log(telemetry::log_level::error,
                       "the job cannot be read: " + context_of(reason),
                       {{"job", job}});
        then();
      });
}

void supervisor_state::take_up(job_truth truth) {
  const auto known = jobs_.find(truth.record.id);
  if (known == jobs_.end())
    return readmit(std::move(truth));
  known->second.truth = std::move(truth);
  // Its end was stored before its actor went.
  if (is_terminal(known->second.truth.record.state)) {
    jobs_.erase(known);
    return start_next();
  }
  spawn_job(known->second);
}

void supervisor_state::give_up(entry& which, const caf::error& reason) {
  auto ended = which.truth.record;
  ended.state = job_state::failed;
  ended.finished_at = unix_now();
  ended.why = {.code = errc::store,
               .http_status = 0,
               .detail = "the job's actor ended "
                         + std::to_string(which.restarts)
                         + " times: " + context_of(reason)};
  leave_queue(which);
  jobs_.erase(ended.id);
  self_->request(setup_.journal, caf::infinite, atom::update::value, ended)
    .then([this, id = ended.id]() { tell(id); },
          [](const caf::error&) {
            // The next start finds the job unfinished and tries again.
          });
  start_next();
}

// -- commands -----------------------------------------------------------------

caf::result<job_status> supervisor_state::command(const job_command& command) {
  const auto i = jobs_.find(command.job);
  if (command.verb == job_verb::retry)
    return i == jobs_.end()
             ? retry(command)
             : make_error(errc::wrong_state, command.job + " is not settled");
  if (i == jobs_.end())
    return make_error(errc::wrong_state, command.job + " is settled");
  if (!i->second.handle)
    spawn_job(i->second); // Only a JOB can pause or cancel itself.
  auto promise = self_->make_response_promise<job_status>();
  self_->request(i->second.handle, caf::infinite, command)
    .then(
      [promise](job_status& status) mutable {
        promise.deliver(std::move(status));
      },
      [promise, job = command.job](caf::error& reason) mutable {
        // It has settled before it came to the command.
        promise.deliver(reason == caf::sec::request_receiver_down
                          ? make_error(errc::wrong_state, job + " is settled")
                          : std::move(reason));
      });
  return promise;
}

caf::result<job_status> supervisor_state::retry(const job_command& command) {
  auto promise = self_->make_response_promise<job_status>();
  self_
    ->request(setup_.archive, caf::infinite, atom::status::value, command.job)
    .then(
      [this, promise, command](const job_truth& truth) mutable {
        const auto& tenant = truth.record.tenant;
        if (auto full = setup_.places->take(tenant))
          promise.deliver(std::move(full));
        else
          reopen(promise, command, tenant);
      },
      [promise](caf::error& reason) mutable {
        promise.deliver(std::move(reason));
      });
  return promise;
}

void supervisor_state::reopen(status_promise promise,
                              const job_command& command,
                              const std::string& tenant) {
  self_->request(setup_.journal, caf::infinite, command)
    .then(
      [this, promise](job_truth& truth) mutable {
        auto answer = status_of(truth);
        admit(std::move(truth));
        promise.deliver(std::move(answer));
      },
      [this, promise, tenant](caf::error& reason) mutable {
        setup_.places->leave(tenant);
        promise.deliver(std::move(reason));
      });
}

caf::result<job_status> supervisor_state::wake(const std::string& job) {
  if (jobs_.count(job) != 0)
    return status(job);
  auto promise = self_->make_response_promise<job_status>();
  self_->request(setup_.archive, caf::infinite, atom::status::value, job)
    .then(
      [this, promise](job_truth& truth) mutable {
        auto answer = status_of(truth);
        if (!is_terminal(truth.record.state))
          readmit(std::move(truth));
        promise.deliver(std::move(answer));
      },
      [promise](caf::error& reason) mutable {
        promise.deliver(std::move(reason));
      });
  return promise;
}

caf::result<void> supervisor_state::restore() {
  auto promise = self_->make_response_promise<caf::unit_t>();
  self_->request(setup_.archive, caf::infinite, atom::list::value)
    .then(
      [this, promise](const std::vector<job_record>& jobs) mutable {
        // Answered when the last of them is there; 1: this loop.
        const auto left = std::make_shared<std::size_t>(1);
        auto done = [promise, left]() mutable {
          if (--*left == 0)
            promise.deliver(caf::unit);
        };
        for (const auto& x : jobs)
          if (!is_terminal(x.state) && jobs_.count(x.id) == 0) {
            ++*left;
            load(x.id, done);
          }
        done();
      },
      [promise](caf::error& reason) mutable {
        promise.deliver(std::move(reason));
      });
  return promise;
}

void supervisor_state::stop() {
  for (auto& [id, x] : jobs_)
    if (x.handle)
      self_->send_exit(x.handle, caf::exit_reason::user_shutdown);
  self_->quit(caf::exit_reason::user_shutdown);
}

supervisor_actor::behavior_type supervisor(supervisor_state::pointer self,
                                           supervisor_setup setup) {
  self->set_down_handler([self](const caf::down_msg& message) {
    const auto guard = handling(self);
    self->state.job_down(message.source, message.reason);
  });
  self->set_exit_handler([self](const caf::exit_msg&) { self->state.stop(); });
  self->state.start(std::move(setup));
  return {
    [self](atom::inspect) { return report_of(self); },
    [self](csv_chunk& chunk) {
      const auto guard = handling(self);
      return self->state.pass_on(std::move(chunk));
    },
    [self](atom::accept, job_record& job, std::string& csv) {
      const auto guard = handling(self);
      return self->state.accept(std::move(job), std::move(csv));
    },
    [self](atom::erase, const std::string& job) {
      const auto guard = handling(self);
      return self->state.erase(job);
    },
    [self](const job_command& command) {
      const auto guard = handling(self);
      return self->state.command(command);
    },
    [self](atom::status, const std::string& job) {
      const auto guard = handling(self);
      return self->state.status(job);
    },
    [self](const open_query& query) {
      const auto guard = handling(self);
      return self->state.open(query);
    },
    [self](atom::list) {
      const auto guard = handling(self);
      return self->state.list();
    },
    [self](atom::wake, const std::string& job) {
      const auto guard = handling(self);
      return self->state.wake(job);
    },
    [self](atom::settled, const job_record& job) {
      const auto guard = handling(self);
      self->state.settled(job);
    },
    [self](atom::restore) {
      const auto guard = handling(self);
      return self->state.restore();
    },
  };
}

} // namespace pixmill::actors
