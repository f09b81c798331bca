#include "actors/journal.hpp"

#include <future>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/archive.hpp"
#include "actors/to_result.hpp"
#include "actors/tracking.hpp"
#include "persistence/retry_selection.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {
namespace {

constexpr auto retry_interval = std::chrono::seconds{1};

/// Intervals that an outcome waits for others, at most.
constexpr int most_waits = 4;

} // namespace

journal_state::journal_state(pointer self) : self_{self} {}

telemetry::actor_record& journal_state::record() {
  return *record_;
}

void journal_state::start(journal_setup setup) {
  setup_ = std::move(setup);
  record_.emplace(telemetry::actor_kind::journal, self_->id(), 0, "journal",
                  std::string{}, handle_of(self_));
  record_->set_state("writing");
  house_.emplace(*setup_.store, setup_.keep);
  tidy_in(std::chrono::milliseconds{0});
  if (setup_.sample_interval.count() > 0) {
    rates_.emplace(setup_.store->tally(), self_->clock().now());
    self_->delayed_send(self_, setup_.sample_interval, atom::sample::value);
  }
}

caf::result<void> journal_state::put(const csv_chunk& chunk) {
  if (latched_)
    return make_error(errc::disk_full, "the journal waits for space");
  return to_result(
    setup_.store->put_csv_chunk(chunk.job, chunk.index, chunk.bytes));
}

caf::result<void> journal_state::accept(const job_record& job,
                                        const std::string& csv) {
  if (latched_)
    return make_error(errc::disk_full, "the journal waits for space");
  return to_result(setup_.store->accept_job(job, csv));
}

caf::result<void> journal_state::update(const job_record& job) {
  return store_or_wait(job);
}

caf::result<void> journal_state::update(const delivery_update& news) {
  return store_or_wait(news);
}

void journal_state::listen(notifier_actor listener) {
  listener_ = std::move(listener);
}

caf::expected<caf::unit_t> journal_state::store(const job_record& job) {
  auto event = setup_.store->update_job(job);
  if (!event)
    return std::move(event.error());
  if (*event && listener_)
    self_->send(listener_, std::move(**event));
  return caf::unit;
}

caf::expected<caf::unit_t> journal_state::store(const delivery_update& news) {
  return setup_.store->events().replace(news.event, news.mark);
}

template <class T>
caf::result<void> journal_state::store_or_wait(const T& record) {
  if (!latched_) {
    auto written = store(record);
    if (written)
      return caf::unit;
    if (!latch(written.error()))
      return written.error();
  }
  auto promise = self_->make_response_promise<caf::unit_t>();
  pending_updates_.emplace_back(record, promise);
  return promise;
}

caf::result<void> journal_state::put(const api_token& token) {
  if (latched_)
    return make_error(errc::disk_full, "the journal waits for space");
  return to_result(setup_.store->tokens().put(token));
}

caf::result<bool> journal_state::revoke(const std::string& token) {
  if (latched_)
    return make_error(errc::disk_full, "the journal waits for space");
  return to_result(setup_.store->tokens().erase(token));
}

// -- what is known of the past ------------------------------------------------

caf::result<void> journal_state::put(const audit_entry& entry) {
  if (latched_)
    return make_error(errc::disk_full, "the journal waits for space");
  return to_result(setup_.store->audit().put(entry));
}

void journal_state::sample() {
  self_->delayed_send(self_, setup_.sample_interval, atom::sample::value);
  const auto taken = rates_->take(self_->clock().now(), unix_now() / 1'000);
  // A gap in a chart is not worth a word: what fails here fails elsewhere too.
  if (!latched_)
    static_cast<void>(setup_.store->history().add(taken));
}

// -- outcomes -----------------------------------------------------------------

caf::result<commit_receipt> journal_state::collect(commit_request request) {
  auto promise = self_->make_response_promise<commit_receipt>();
  pending_.add(std::move(request), promise);
  if (latched_)
    return promise;
  if (pending_.slots() >= setup_.commit_outcomes) {
    flush();
  } else if (!flush_due_) {
    flush_due_ = true;
    waits_ = 0;
    wait();
  }
  return promise;
}

void journal_state::wait() {
  ++waits_;
  waiting_with_ = pending_.slots();
  self_->delayed_send(self_, setup_.commit_interval, atom::flush::value);
}

// Each write has its price: while outcomes keep coming, the next ones are
// worth a wait.
void journal_state::flush_or_wait() {
  if (flush_due_ && pending_.slots() > waiting_with_ && waits_ < most_waits)
    wait();
  else
    flush();
}

// The files first, and elsewhere: whoever submits a job meanwhile need not
// wait for them.
void journal_state::flush() {
  flush_due_ = false;
  if (pending_.empty() || latched_ || syncing_)
    return;
  syncing_ = true;
  batch_ = std::exchange(pending_, {});
  setup_.sync_objects([me = journal_actor{self_}](caf::error failed) {
    caf::anon_send(me, atom::synced::value, std::move(failed));
  });
}

void journal_state::synced(const caf::error& failed) {
  syncing_ = false;
  write(std::exchange(batch_, {}), failed);
  // What came meanwhile has waited for long enough, or fills a batch.
  if (!flush_due_ || pending_.slots() >= setup_.commit_outcomes)
    flush();
}

void journal_state::write(outcome_batch batch, caf::error failed) {
  if (!failed)
    if (auto written = batch.write(*setup_.store, setup_.keep.objects);
        !written)
      failed = written.error();
  if (!failed)
    return;
  if (!latch(failed))
    return batch.refuse(failed);
  batch.append(std::exchange(pending_, {}));
  pending_ = std::move(batch);
}

void journal_state::finish() {
  if (latched_)
    return;
  batch_.append(std::exchange(pending_, {}));
  if (batch_.empty())
    return;
  std::promise<caf::error> synced;
  setup_.sync_objects(
    [&](caf::error failed) { synced.set_value(std::move(failed)); });
  write(std::exchange(batch_, {}), synced.get_future().get());
}

// -- retention ----------------------------------------------------------------

caf::result<void> journal_state::erase(const std::string& job) {
  const auto erased = setup_.store->erase_job(job);
  if (!erased)
    return erased.error();
  if (*erased) {
    house_->add(job);
    tidy_in(std::chrono::milliseconds{0});
  }
  return caf::unit;
}

void journal_state::tidy(std::uint64_t turn) {
  if (turn == tidy_turn_)
    tidy_in(latched_ ? retry_interval : house_->work());
}

void journal_state::tidy_in(std::chrono::milliseconds pause) {
  self_->delayed_send(self_, pause, atom::tidy::value, ++tidy_turn_);
}

// -- the latch ----------------------------------------------------------------

bool journal_state::latch(const caf::error& reason) {
  // Damage does not mend itself; lack of space and I/O trouble may.
  const auto code = code_of(reason, errc::store);
  if (code != errc::disk_full && code != errc::store)
    return false;
  if (!latched_) {
    latched_ = true;
    setup_.store->tally().set_latched(true);
    record_->set_state("latched");
    telemetry::log(telemetry::log_level::error,
                   "journal cannot write, trying each second: "
                     + context_of(reason));
    self_->delayed_send(self_, retry_interval, atom::tick::value);
  }
  return true;
}

void journal_state::try_again() {
  if (auto space = setup_.store->probe(); !space) {
    self_->delayed_send(self_, retry_interval, atom::tick::value);
    return;
  }
  latched_ = false;
  setup_.store->tally().set_latched(false);
  record_->set_state("writing");
  telemetry::log(telemetry::log_level::info, "journal writes again");
  flush();
  for (auto& [record, promise] : std::exchange(pending_updates_, {})) {
    auto written =
      std::visit([this](const auto& x) { return store(x); }, record);
    if (written)
      promise.deliver(caf::unit);
    else if (latch(written.error()))
      pending_updates_.emplace_back(std::move(record), promise);
    else
      promise.deliver(written.error());
  }
}

// -- commands -----------------------------------------------------------------

caf::result<job_truth> journal_state::reopen(const job_command& command) {
  if (latched_)
    return make_error(errc::disk_full, "the journal waits for space");
  auto job = setup_.store->job(command.job);
  if (!job)
    return std::move(job.error());
  if (!is_terminal(job->state))
    return make_error(errc::wrong_state, std::string{to_string(job->state)});
  auto rules = setup_.rules;
  rules.columns = job->options.columns;
  rules.assume_https = job->options.assume_https;
  auto slots = persistence::select_for_retry(
    *setup_.store, command.job, std::move(rules),
    {.codes = command.codes, .hosts = command.hosts, .limit = command.limit});
  if (!slots)
    return std::move(slots.error());
  job->state = job_state::queued;
  job->why = {};
  job->attempt += 1;
  job->started_at = 0;
  job->finished_at = 0;
  if (auto stored = setup_.store->reopen_slots(*job, *slots); !stored)
    return stored.error();
  auto truth = read_truth(*setup_.store, command.job);
  if (!truth)
    return std::move(truth.error());
  return std::move(*truth);
}

journal_actor::behavior_type journal(journal_state::pointer self,
                                     journal_setup setup) {
  self->set_exit_handler([self](const caf::exit_msg& message) {
    self->state.finish(); // What was taken is written before the end.
    self->quit(message.reason);
  });
  self->state.start(std::move(setup));
  return {
    [self](atom::inspect) { return report_of(self); },
    [self](const csv_chunk& chunk) {
      const auto guard = handling(self);
      return self->state.put(chunk);
    },
    [self](atom::accept, const job_record& job, const std::string& csv) {
      const auto guard = handling(self);
      return self->state.accept(job, csv);
    },
    [self](atom::update, const job_record& job) {
      const auto guard = handling(self);
      return self->state.update(job);
    },
    [self](const delivery_update& news) {
      const auto guard = handling(self);
      return self->state.update(news);
    },
    [self](atom::listen, const notifier_actor& listener) {
      const auto guard = handling(self);
      self->state.listen(listener);
    },
    [self](commit_request& request) {
      const auto guard = handling(self);
      return self->state.collect(std::move(request));
    },
    [self](const job_command& command) {
      const auto guard = handling(self);
      return self->state.reopen(command);
    },
    [self](atom::erase, const std::string& job) {
      const auto guard = handling(self);
      return self->state.erase(job);
    },
    [self](const api_token& token) {
      const auto guard = handling(self);
      return self->state.put(token);
    },
    [self](atom::revoke, const std::string& token) {
      const auto guard = handling(self);
      return self->state.revoke(token);
    },
    [self](const audit_entry& entry) {
      const auto guard = handling(self);
      return self->state.put(entry);
    },
    [self](atom::sample) {
      const auto guard = handling(self);
      self->state.sample();
    },
    [self](atom::tidy, std::uint64_t turn) {
      const auto guard = handling(self);
      self->state.tidy(turn);
    },
    [self](atom::flush) {
      const auto guard = handling(self);
      self->state.flush_or_wait();
    },
    [self](atom::synced, const caf::error& failed) {
      const auto guard = handling(self);
      self->state.synced(failed);
    },
    [self](atom::tick) {
      const auto guard = handling(self);
      self->state.try_again();
    },
  };
}

} // namespace pixmill::actors
