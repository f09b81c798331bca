// What a JOB says of itself.

#include <algorithm>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/job.hpp"

namespace pixmill::actors {

void job_state_machine::tell() const {
  if (setup_.news != nullptr)
    setup_.news->post(job_.id);
}

job_status job_state_machine::status() const {
  job_status out{.record = job_, .counters = counters_};
  const auto open =
    job_.totals.slots - std::min(job_.totals.slots, counters_.settled());
  if (is_terminal(job_.state)) {
    settle_rest(out.record, out.counters);
    return out;
  }
  out.active = std::min<std::uint64_t>(leased_slots_ + committing_, open);
  out.pending = open - out.active;
  out.waits_for = waits_for_;
  return out;
}

open_slots job_state_machine::open(const open_query& query) const {
  open_slots out{
    .active = {}, .waiting = {}, .rows_read = window_->rows_read()};
  for (const auto& [id, held] : leases_)
    for (const auto& task : held.open)
      if (task.slot >= query.first)
        out.active.push_back(task.slot);
  std::sort(out.active.begin(), out.active.end());
  for (const auto& task : returned_)
    if (task.slot >= query.first)
      out.waiting.push_back(task.slot);
  for (const auto& [when, task] : deferred_)
    if (task.slot >= query.first)
      out.waiting.push_back(task.slot);
  window_->list_waiting(query.first, out.waiting);
  std::sort(out.waiting.begin(), out.waiting.end());
  if (out.waiting.size() > query.limit)
    out.waiting.resize(query.limit);
  return out;
}

} // namespace pixmill::actors
