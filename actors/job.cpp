#include "actors/job.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/tracking.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {
namespace {

using std::chrono::milliseconds;

constexpr auto tick_interval = milliseconds{200};

// Outcomes that were sent to the journal and not answered yet, at most; a job
// whose rows need no work must not fill the journal's mailbox.
constexpr std::size_t most_committing = 4'096;

// Small records of slots that wait for a distant retry, at most; then the job
// reads no further rows until some are due.
constexpr std::size_t most_deferred = 10'000;

bool is_in(const std::vector<slot_id>& slots, slot_id slot) {
  return std::find(slots.begin(), slots.end(), slot) != slots.end();
}

} // namespace

job_state_machine::job_state_machine(pointer self) : self_{self} {}

telemetry::actor_record& job_state_machine::record() {
  return *record_;
}

void job_state_machine::start(job_setup setup) {
  setup_ = std::move(setup);
  job_ = std::move(setup_.truth.record);
  counters_ = std::move(setup_.truth.counters);
  record_.emplace(telemetry::actor_kind::job, self_->id(),
                  setup_.supervisor.id(), job_.id, job_.id, handle_of(self_));
  window_.emplace(setup_.rules, job_.totals.unique, counters_.settled() == 0,
                  setup_.settings.rows_ahead);
}

void job_state_machine::resume() {
  if (job_.started_at == 0)
    job_.started_at = unix_now();
  // A retry has its time anew; a restart does not.
  const auto since = job_.attempt == 1 ? job_.created_at : job_.started_at;
  if (job_.options.deadline.count() > 0)
    deadline_ = self_->clock().now() + job_.options.deadline
                - milliseconds{unix_now() - since};
  if (job_.state != job_state::paused)
    set_state(job_state::running);
  store_record();
  self_->delayed_send(self_, tick_interval, atom::tick::value);
  advance();
}

// -- reading ------------------------------------------------------------------

void job_state_machine::advance() {
  if (ending_ || finishing_)
    return finish_if_done();
  while (!reading_ && committing_ < most_committing
         && deferred_.size() < most_deferred) {
    const auto wants = window_->advance();
    auto answered = window_->take_answered();
    const bool progress = !answered.empty();
    if (progress)
      commit(std::move(answered));
    if (wants == row_window::wants::chunk)
      ask_for_chunk();
    else if (wants == row_window::wants::settled)
      ask_for_settled();
    else if (!progress)
      break;
  }
  skip_settled();
  announce();
  finish_if_done();
}

void job_state_machine::ask_for_chunk() {
  reading_ = true;
  self_
    ->request(setup_.archive, caf::infinite,
              chunk_query{.job = job_.id, .index = next_chunk_++})
    .then(
      [this](const std::string& bytes) {
        const auto guard = handling(self_);
        reading_ = false;
        window_->feed(bytes);
        advance();
      },
      [this](const caf::error& reason) {
        end_early(job_state::failed, to_failure(reason, errc::store));
      });
}

void job_state_machine::ask_for_settled() {
  reading_ = true;
  self_
    ->request(setup_.archive, caf::infinite,
              settled_query{.job = job_.id,
                            .first = window_->settled_from(),
                            .limit = 4'096})
    .then(
      [this](const settled_page& page) {
        const auto guard = handling(self_);
        reading_ = false;
        window_->feed(page);
        advance();
      },
      [this](const caf::error& reason) {
        end_early(job_state::failed, to_failure(reason, errc::store));
      });
}

// -- recording ----------------------------------------------------------------

caf::result<bool> job_state_machine::handle(const row_report& report) {
  if (report.lease == 0)
    return merge(report);
  const auto i = leases_.find(report.lease);
  if (i == leases_.end() || i->second.incarnation != report.incarnation)
    return false; // Void: someone else has these slots, or they are settled.
  auto& open = i->second.open;
  std::vector<slot_result> results;
  std::vector<slot_task> owners;
  for (const auto& done : report.slots) {
    const auto task =
      std::find_if(open.begin(), open.end(),
                   [&](const slot_task& x) { return x.slot == done.slot; });
    if (task == open.end())
      continue;
    --leased_slots_;
    auto mine = std::move(*task);
    open.erase(task);
    if (is_terminal(done.result.state)) {
      results.push_back({done.slot, done.result, {}});
      owners.push_back(std::move(mine));
    } else if (!has_twins_ || !is_leased(done.slot)) {
      mine.attempts = done.result.attempts;
      deferred_.emplace(self_->clock().now() + milliseconds{done.retry_in_ms},
                        std::move(mine));
    }
  }
  if (open.empty())
    leases_.erase(i);
  if (results.empty())
    return true;
  if (has_twins_)
    for (const auto& result : results)
      drop_twins(result.slot);
  auto confirm = self_->make_response_promise<bool>();
  commit(std::move(results), std::move(owners), confirm);
  return confirm;
}

void job_state_machine::commit(std::vector<slot_result> results,
                               std::vector<slot_task> owners,
                               std::optional<promise_of_report> confirm) {
  const auto count = results.size();
  committing_ += count;
  self_
    ->request(setup_.journal, caf::infinite,
              commit_request{.job = job_.id, .slots = std::move(results)})
    .then(
      [this, owners = std::move(owners), count,
       confirm](const commit_receipt& x) mutable {
        const auto guard = handling(self_);
        if (confirm)
          confirm->deliver(true);
        committed(x, owners, count);
      },
      [this, count, confirm](const caf::error& reason) mutable {
        committing_ -= count;
        if (confirm)
          confirm->deliver(reason);
        end_early(job_state::failed, to_failure(reason, errc::store));
      });
}

void job_state_machine::committed(const commit_receipt& receipt,
                                  const std::vector<slot_task>& owners,
                                  std::size_t count) {
  committing_ -= count;
  counters_ = receipt.counters;
  tell();
  std::vector<slot_result> followers;
  for (const auto& owner : owners) {
    const bool stored = !is_in(receipt.missing, owner.slot);
    if (settle_ahead(owner.slot, stored))
      continue;
    if (!stored) {
      miss(owner);
      continue;
    }
    auto same = window_->settle(owner.slot, owner.url);
    followers.insert(followers.end(), same.begin(), same.end());
  }
  if (!followers.empty())
    commit(std::move(followers));
  check_failure_ratio();
  advance();
}

void job_state_machine::check_failure_ratio() {
  constexpr std::uint64_t whole = 1'000'000;
  if (job_.options.max_failure_ppm >= whole
      || counters_.failed * whole
           <= job_.options.max_failure_ppm * job_.totals.slots)
    return;
  end_early(job_state::failed,
            {.code = errc::failure_ratio,
             .http_status = 0,
             .detail = std::to_string(counters_.failed) + " of "
                       + std::to_string(job_.totals.slots) + " images failed"});
}

// -- commands and the end -----------------------------------------------------

caf::result<job_status> job_state_machine::handle(const job_command& command) {
  if (finishing_ || ending_ || command.verb == job_verb::retry
      || (command.verb == job_verb::resume && job_.state != job_state::paused))
    return make_error(errc::wrong_state, std::string{to_string(job_.state)});
  switch (command.verb) {
  case job_verb::cancel: {
    auto promise = self_->make_response_promise<job_status>();
    waiting_for_end_.push_back(promise);
    set_state(job_state::canceling);
    end_early(job_state::canceled, {});
    return promise;
  }
  case job_verb::pause:
    set_state(job_state::paused);
    break;
  default:
    set_state(job_state::running);
    break;
  }
  auto promise = self_->make_response_promise<job_status>();
  self_->request(setup_.journal, caf::infinite, atom::update::value, job_)
    .then([this, promise]() mutable { promise.deliver(status()); },
          [promise](caf::error& reason) mutable {
            promise.deliver(std::move(reason));
          });
  advance();
  return promise;
}

void job_state_machine::end_early(job_state state, failure why) {
  if (ending_ || finishing_)
    return;
  ending_.emplace(state, std::move(why));
  leases_.clear();
  leased_slots_ = 0;
  returned_.clear();
  deferred_.clear();
  settled_ahead_.clear();
  window_->ready().clear();
  self_->send(setup_.dispatcher, lease_revocation{.job = job_.id});
  finish_if_done();
}

void job_state_machine::finish_if_done() {
  if (finishing_ || committing_ > 0)
    return;
  if (ending_)
    return finish(ending_->first, ending_->second);
  if (!window_->ended() || window_->has_ready() || !returned_.empty()
      || !deferred_.empty() || !leases_.empty())
    return;
  finish(counters_.failed + counters_.skipped > 0
           ? job_state::completed_with_errors
           : job_state::completed,
         {});
}

void job_state_machine::finish(job_state state, failure why) {
  finishing_ = true;
  set_state(state);
  job_.why = std::move(why);
  job_.finished_at = unix_now();
  self_->send(setup_.dispatcher, lease_revocation{.job = job_.id});
  const auto settle = [this] {
    for (auto& promise : waiting_for_end_)
      promise.deliver(status());
    tell();
    self_->send(setup_.supervisor, atom::settled::value, job_);
    self_->quit();
  };
  self_->request(setup_.journal, caf::infinite, atom::update::value, job_)
    .then([settle]() { settle(); },
          [this, settle](const caf::error& reason) {
            // Not durable: the next start finds the job unfinished and comes
            // to the same end.
            telemetry::log(telemetry::log_level::error,
                           "end of job not stored: " + context_of(reason),
                           {{"job", job_.id}});
            settle();
          });
}

void job_state_machine::store_record() {
  self_->request(setup_.journal, caf::infinite, atom::update::value, job_)
    .then([]() {},
          [this](const caf::error& reason) {
            telemetry::log(telemetry::log_level::error,
                           "job record not stored: " + context_of(reason),
                           {{"job", job_.id}});
          });
}

void job_state_machine::set_state(job_state state) {
  job_.state = state;
  record_->set_state(to_string(state).data());
  tell();
}

void job_state_machine::tick() {
  if (finishing_)
    return;
  self_->delayed_send(self_, tick_interval, atom::tick::value);
  const auto now = self_->clock().now();
  if (deadline_ && now >= *deadline_)
    return end_early(job_state::failed,
                     {.code = errc::deadline,
                      .http_status = 0,
                      .detail = "not finished within "
                                + std::to_string(job_.options.deadline.count())
                                + " s"});
  const auto due = deferred_.upper_bound(now);
  for (auto i = deferred_.begin(); i != due; ++i)
    returned_.push_back(std::move(i->second));
  deferred_.erase(deferred_.begin(), due);
  advance();
}

job_actor::behavior_type job(job_state_machine::pointer self, job_setup setup) {
  self->state.start(std::move(setup));
  return {
    [self](atom::inspect) { return report_of(self); },
    [self](atom::restore) {
      const auto guard = handling(self);
      self->state.resume();
    },
    [self](const credit_grant& grant) {
      const auto guard = handling(self);
      self->state.fill(grant);
    },
    [self](const row_report& report) {
      const auto guard = handling(self);
      return self->state.handle(report);
    },
    [self](const node_lost& news) {
      const auto guard = handling(self);
      self->state.handle(news);
    },
    [self](atom::hindered, std::string& what) {
      const auto guard = handling(self);
      self->state.hinder(std::move(what));
    },
    [self](const job_command& command) {
      const auto guard = handling(self);
      return self->state.handle(command);
    },
    [self](atom::status) {
      const auto guard = handling(self);
      return self->state.status();
    },
    [self](const open_query& query) {
      const auto guard = handling(self);
      return self->state.open(query);
    },
    [self](atom::tick) {
      const auto guard = handling(self);
      self->state.tick();
    },
  };
}

} // namespace pixmill::actors
