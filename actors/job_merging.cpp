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
// How often an image may be gone before its slot fails.
constexpr int most_missed = 3;

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
    const auto i = settled_ahead_.find(task.slot);
    if (i == settled_ahead_.end())
      return false;
    if (!i->second.durable) {
      i->second.task = task;
      return true;
    }
    settled_ahead_.erase(i);
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
    if (unread && !settled_ahead_.try_emplace(done.slot).second)
      continue;
    auto task =
      unread ? slot_task{.slot = done.slot, .url = {}} : take_out(done.slot);
    if (!task)
      continue; // It has an outcome, or is another's who has the same URL.
    results.push_back({done.slot, done.result, {}});
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

// The file of an outcome is not where its node has stored it: the slot is done
// once more, but not for ever.
void job_state_machine::miss(const slot_task& owner) {
  telemetry::log(
    telemetry::log_level::warning,
    "an image is not where its node has stored it",
    {{"job", job_.id}, {"row", owner.slot.row}, {"slot", owner.slot.index}});
  if (ending_ || finishing_)
    return;
  if (++missed_[owner.slot] < most_missed) {
    returned_.push_back(owner);
    return;
  }
  outcome lost;
  lost.state = item_state::failed;
  lost.why = {.code = errc::store,
              .http_status = 0,
              .detail = "what its node has stored is not there: is the node's "
                        "store the head's?"};
  lost.attempts = owner.attempts;
  commit({{owner.slot, std::move(lost), {}}}, {owner});
}

// Its row may have been read since it was handed in.
bool job_state_machine::settle_ahead(slot_id slot, bool stored) {
  const auto i = settled_ahead_.find(slot);
  if (i == settled_ahead_.end() || i->second.durable)
    return false;
  const auto task = std::move(i->second.task);
  if (stored && !task) {
    i->second.durable = true;
    return true;
  }
  settled_ahead_.erase(i);
  if (!stored && task)
    miss(*task);
  else if (task)
    if (auto same = window_->settle(slot, task->url); !same.empty())
      commit(std::move(same));
  return true;
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
