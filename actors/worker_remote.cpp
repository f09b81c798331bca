// What a WORKER does that outlives its head: it keeps what is not durable yet.

#include <algorithm>
#include <map>

#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/worker.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {
namespace {

// How long a JOB may take to make a result durable before it is handed in.
constexpr std::chrono::seconds confirm_timeout{60};

// How long a finished result waits for a head that runs its job.
constexpr std::chrono::minutes keep_finished{15};

// Results that are handed in at once.
constexpr std::ptrdiff_t most_offered = 32;

// A goodbye is answered when nothing is left; then it is said again.
constexpr std::chrono::seconds goodbye_timeout{30};

} // namespace

void worker_state::head_lost() {
  telemetry::log(telemetry::log_level::warning, "the head is lost",
                 {{"node", setup_.about.name}, {"leases", leases_.size()}});
  dispatcher_ = nullptr;
  joined_ = false;
  joining_ = false;
  record_->set_state("searching");
}

// The head has given them to others, or will.
void worker_state::void_leases() {
  if (!remote()) {
    for (auto& [key, entry] : leases_)
      cancel(entry);
    leases_.clear();
    return;
  }
  for (auto& [key, entry] : leases_)
    self_->send(entry.row, atom::salvage::value);
  for (auto& [key, kept] : unconfirmed_) {
    kept.orphaned = true;
    kept.offered = false;
  }
}

void worker_state::report(const job_actor& job, row_report report) {
  if (!remote()) {
    caf::anon_send(job, std::move(report)); // Its answer is of no use here.
    return;
  }
  const auto until = self_->clock().now() + keep_finished;
  for (const auto& done : report.slots)
    if (is_terminal(done.result.state) && done.result.has_file())
      unconfirmed_[{report.job, done.slot}] = {.report = done, .until = until};
  self_->request(job, confirm_timeout, report)
    .then(
      [this, report](bool heard) {
        if (heard)
          confirm(report);
        else
          orphan(report);
      },
      [this, job, report](const caf::error& why) {
        // It was lost on its way, or its answer was; what the JOB has heard it
        // does not count twice.
        if (why == caf::sec::request_timeout
            && report.incarnation == incarnation_)
          return this->report(job, report);
        // The head is lost, or the job has ended.
        orphan(report);
      });
}

void worker_state::confirm(const row_report& report) {
  for (const auto& done : report.slots)
    if (const auto i = unconfirmed_.find({report.job, done.slot});
        i != unconfirmed_.end()) {
      setup_.services->store->recorded(i->second.report.result.sha256);
      unconfirmed_.erase(i);
    }
  end_if_done();
}

void worker_state::orphan(const row_report& report) {
  const auto until = self_->clock().now() + keep_finished;
  for (const auto& done : report.slots) {
    if (!is_terminal(done.result.state) || !done.result.has_file())
      continue;
    auto& kept = unconfirmed_[{report.job, done.slot}];
    if (kept.orphaned)
      continue;
    kept = {.report = done, .until = until, .orphaned = true};
  }
}

void worker_state::drop_stale() {
  const auto now = self_->clock().now();
  for (auto i = unconfirmed_.begin(); i != unconfirmed_.end();) {
    if (now < i->second.until) {
      ++i;
      continue;
    }
    setup_.services->store->recorded(i->second.report.result.sha256);
    i = unconfirmed_.erase(i);
  }
}

// -- handing in ---------------------------------------------------------------

// Before it joins, so that what it has finished is given to nobody for a while.
void worker_state::promise() {
  std::map<std::string, row_report> held;
  const auto note = [&held](const std::string& job, slot_id slot) {
    slot_report waits{.slot = slot, .result = {}, .retry_in_ms = 0};
    waits.result.state = item_state::storing;
    held[job].job = job;
    held[job].slots.push_back(std::move(waits));
  };
  if (!remote())
    return;
  for (const auto& [key, entry] : leases_)
    for (const auto& task : entry.open)
      if (entry.finished.count(task.slot) != 0)
        note(std::get<std::string>(key), task.slot);
  for (const auto& [key, kept] : unconfirmed_)
    note(key.first, key.second);
  for (auto& [job, report] : held)
    self_->request(dispatcher_, answer_timeout, std::move(report))
      .then([](bool) {},
            [](const caf::error&) {
              // Then it may be done once more; the first outcome counts.
            });
}

void worker_state::hand_in() {
  if (!joined_)
    return;
  auto under_way =
    std::count_if(unconfirmed_.begin(), unconfirmed_.end(),
                  [](const auto& entry) { return entry.second.offered; });
  for (auto& [key, kept] : unconfirmed_) {
    if (under_way >= most_offered)
      return;
    if (!kept.orphaned || kept.offered)
      continue;
    kept.offered = true;
    ++under_way;
    // The head may have lost the file with its process.
    setup_.services->store->assure(
      kept.report.result.sha256, kept.report.result.format,
      [self = worker_actor{self_}, job = key.first, slot = key.second](
        const caf::expected<persistence::stored_key>& stored) {
        caf::anon_send(self, atom::settled::value, job, slot,
                       static_cast<bool>(stored));
      });
  }
}

void worker_state::assured(const std::string& job, slot_id slot, bool stored) {
  const auto i = unconfirmed_.find({job, slot});
  if (i == unconfirmed_.end())
    return;
  if (!stored || !joined_) {
    i->second.offered = false;
    return;
  }
  row_report report{
    .job = job, .lease = 0, .incarnation = incarnation_, .slots = {}};
  report.slots.push_back(i->second.report);
  const auto again = [this, job, slot] {
    if (const auto kept = unconfirmed_.find({job, slot});
        kept != unconfirmed_.end())
      kept->second.offered = false;
  };
  self_->request(dispatcher_, answer_timeout, report)
    .then(
      [this, report, again](bool heard) {
        if (heard)
          confirm(report);
        else
          again();
      },
      [again](const caf::error&) { again(); });
}

// -- leaving ------------------------------------------------------------------

void worker_state::leave() {
  if (std::exchange(leaving_, true))
    return;
  telemetry::log(telemetry::log_level::info, "leaving when all is done",
                 {{"node", setup_.about.name}, {"leases", leases_.size()}});
  record_->set_state("leaving");
  if (joined_)
    say_goodbye();
  else
    end_if_done();
}

void worker_state::say_goodbye() {
  self_->request(dispatcher_, goodbye_timeout, atom::leave::value, incarnation_)
    .then(
      [this, told = incarnation_]() {
        left_ = told == incarnation_;
        end_if_done();
      },
      [this, told = incarnation_](const caf::error&) {
        if (joined_ && told == incarnation_)
          say_goodbye();
      });
}

void worker_state::end_if_done() {
  const bool idle = leases_.empty() && unconfirmed_.empty();
  if (leaving_ && idle && (left_ || !dispatcher_))
    self_->quit(caf::exit_reason::user_shutdown);
}

} // namespace pixmill::actors
