// Outcomes that a JOB gets from two sides: slots that were leased twice, and
// results of leases that are void.

#include <algorithm>
#include <utility>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/job.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {
namespace {

// A node that has found its head again hands in at once.
constexpr std::chrono::seconds promise_time{5};
constexpr std::size_t most_promised = 65'536;

bool holds(const std::vector<slot_task>& tasks, slot_id slot) {
  return std::any_of(tasks.begin(), tasks.end(),
                     [slot](const slot_task& x) { return x.slot == slot; });
}

template <class Tasks>
std::optional<slot_task> take_from(Tasks& tasks, slot_id slot) {
  const auto i =
    std::find_if(tasks.begin(), tasks.end(),
                 [slot](const slot_task& x) { return x.slot == slot; });
  if (i == tasks.end())
    return std::nullopt;
  auto out = std::move(*i);
  tasks.erase(i);
  return out;
}

} // namespace

bool job_state_machine::is_leased(slot_id slot) const {
  return std::any_of(leases_.begin(), leases_.end(), [slot](const auto& x) {
    return holds(x.second.open, slot);
  });
}

// The first write wins; whoever else is at it reports to a void lease.
void job_state_machine::drop_twins(slot_id slot) {
  for (auto i = leases_.begin(); i != leases_.end();) {
    if (take_from(i->second.open, slot))
      --leased_slots_;
    if (i->second.open.empty())
      i = leases_.erase(i);
    else
      ++i;
  }
}

// What was handed in before its row was read is not done once more.
void job_state_machine::skip_settled() {
  if (settled_ahead_.empty())
    return;
  std::vector<slot_result> followers;
  std::erase_if(window_->ready(), [&](const slot_task& task) {
    if (settled_ahead_.erase(task.slot) == 0)
      return false;
    const auto same = window_->settle(task.slot, task.url);
    followers.insert(followers.end(), same.begin(), same.end());
    return true;
  });
  if (!followers.empty())
    commit(std::move(followers));
}

// -- results of void leases ---------------------------------------------------

void job_state_machine::expect(slot_id slot) {
  if (promised_.size() < most_promised)
    promised_[slot] = self_->clock().now() + promise_time;
}

// Puts a task aside that a node has finished already; it hands the outcome in,
// or the task comes back.
bool job_state_machine::is_expected(const slot_task& task) {
  const auto i = promised_.find(task.slot);
  if (i == promised_.end())
    return false;
  const auto until = i->second;
  promised_.erase(i);
  if (until <= self_->clock().now())
    return false;
  deferred_.emplace(until, task);
  return true;
}

// Where nobody was first, what is stored already is not done once more.
caf::result<bool> job_state_machine::merge(const row_report& report) {
  if (ending_ || finishing_)
    return true;
  std::vector<slot_result> results;
  std::vector<slot_task> owners;
  for (const auto& done : report.slots) {
    if (done.result.state == item_state::storing)
      expect(done.slot);
    if (!is_terminal(done.result.state) || !done.result.has_file())
      continue;
    const bool unread = done.slot.row > window_->rows_read();
    if (unread && !settled_ahead_.insert(done.slot).second)
      continue;
    auto task = unread ? std::nullopt : take_out(done.slot);
    if (!unread && !task)
      continue; // It has an outcome, or is another's who has the same URL.
    results.push_back({done.slot, done.result, {}});
    if (task)
      owners.push_back(std::move(*task));
  }
  if (results.empty())
    return true;
  telemetry::log(telemetry::log_level::info, "results were handed in",
                 {{"job", job_.id},
                  {"handed_in", report.slots.size()},
                  {"counted", results.size()}});
  auto confirm = self_->make_response_promise<bool>();
  commit(std::move(results), std::move(owners), confirm);
  return confirm;
}

// Takes a slot out of wherever it is.
std::optional<slot_task> job_state_machine::take_out(slot_id slot) {
  std::optional<slot_task> out;
  for (const auto& [id, x] : leases_)
    for (const auto& task : x.open)
      if (task.slot == slot)
        out = task;
  drop_twins(slot);
  if (!out)
    out = take_from(returned_, slot);
  if (!out)
    out = take_from(window_->ready(), slot);
  for (auto i = deferred_.begin(); !out && i != deferred_.end(); ++i)
    if (i->second.slot == slot) {
      out = std::move(i->second);
      deferred_.erase(i);
      break;
    }
  return out;
}

} // namespace pixmill::actors
