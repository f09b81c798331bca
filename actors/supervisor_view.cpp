#include "actors/supervisor.hpp"

#include <algorithm>
#include <utility>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// What SUPERVISOR answers to those who ask and change nothing.
namespace pixmill::actors {

job_status status_of(job_truth truth) {
  settle_rest(truth.record, truth.counters);
  const auto open =
    truth.record.totals.slots
    - std::min(truth.record.totals.slots, truth.counters.settled());
  return {.record = std::move(truth.record),
          .counters = std::move(truth.counters),
          .active = 0,
          .pending = open};
}

caf::result<job_status> supervisor_state::status(const std::string& job) {
  const auto i = jobs_.find(job);
  if (i == jobs_.end())
    return settled_status(job);
  if (!i->second.handle)
    return status_of(i->second.truth);
  auto promise = self_->make_response_promise<job_status>();
  self_->request(i->second.handle, caf::infinite, atom::status::value)
    .then([promise](
            job_status& status) mutable { promise.deliver(std::move(status)); },
          [this, promise, job](const caf::error&) {
            // It has settled before it came to the question.
            answer_from_archive(promise, job);
          });
  return promise;
}

caf::result<job_status>
supervisor_state::settled_status(const std::string& job) {
  auto promise = self_->make_response_promise<job_status>();
  answer_from_archive(promise, job);
  return promise;
}

void supervisor_state::answer_from_archive(status_promise promise,
                                           const std::string& job) {
  self_->request(setup_.archive, caf::infinite, atom::status::value, job)
    .then(
      [promise](job_truth& truth) mutable {
        promise.deliver(status_of(std::move(truth)));
      },
      [promise](caf::error& reason) mutable {
        promise.deliver(std::move(reason));
      });
}

caf::result<open_slots> supervisor_state::open(const open_query& query) {
  const auto i = jobs_.find(query.job);
  if (i == jobs_.end() || !i->second.handle)
    return open_slots{};
  auto promise = self_->make_response_promise<open_slots>();
  self_->request(i->second.handle, caf::infinite, query)
    .then([promise](
            open_slots& slots) mutable { promise.deliver(std::move(slots)); },
          [promise](const caf::error&) mutable {
            promise.deliver(open_slots{}); // It has settled meanwhile.
          });
  return promise;
}

caf::result<std::vector<job_record>> supervisor_state::list() {
  return self_->delegate(setup_.archive, atom::list::value);
}

} // namespace pixmill::actors
