// How a JOB hands out its work, and gets back what a node has lost.

#include <algorithm>
#include <utility>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/dispatcher.hpp"
#include "actors/job.hpp"
#include "model/target.hpp"
#include "net/web_address.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {

bool job_state_machine::has_fresh_work() const {
  return job_.state == job_state::running && !ending_
         && (!returned_.empty() || window_->has_ready());
}

bool job_state_machine::has_work() const {
  return has_fresh_work()
         || (job_.state == job_state::running && !ending_ && has_stragglers(0));
}

std::size_t job_state_machine::fresh_count() {
  return returned_.size() + window_->ready().size();
}

void job_state_machine::announce() {
  // What is only for some nodes is no longer all that there is.
  if (elsewhere_ && has_fresh_work() && fresh_count() > fresh_elsewhere_)
    announced_ = false;
  if (announced_ || !has_work())
    return;
  announced_ = true;
  elsewhere_ = false;
  std::string codec;
  if (const auto format = job_.options.goal.format;
      format != format_choice::keep && format != format_choice::automatic)
    codec = to_string(format);
  self_->send(setup_.dispatcher,
              work_call{.job = job_.id,
                        .tenant = job_.tenant,
                        .priority = job_.options.priority,
                        .codec = std::move(codec)},
              job_actor{self_});
}

/// Which tasks a node may have, and how far they have been looked at.
class job_state_machine::picker {
public:
  explicit picker(const std::vector<std::string>& closed)
      : closed_{closed.begin(), closed.end()} {}

  /// Remembers origins that it says no for.
  bool may(const slot_task& task) {
    if (closed_.empty())
      return true;
    auto origin = net::origin_named_by(task.url);
    if (closed_.count(origin) == 0)
      return true;
    skipped_.insert(std::move(origin));
    return false;
  }

  /// Takes the first task out of `source` that the node may have.
  std::optional<slot_task> take(std::deque<slot_task>& source,
                                std::size_t& from) {
    while (from < source.size() && !may(source[from]))
      ++from;
    if (from >= source.size())
      return std::nullopt;
    const auto which = source.begin() + static_cast<std::ptrdiff_t>(from);
    auto task = std::move(*which);
    source.erase(which);
    return task;
  }

  std::vector<std::string> skipped() const {
    return {skipped_.begin(), skipped_.end()};
  }

  std::size_t in_returned = 0;
  std::size_t in_ready = 0;

private:
  std::set<std::string> closed_;
  std::set<std::string> skipped_;
};

std::optional<slot_task> job_state_machine::next_task(picker& from) {
  for (;;) {
    auto task = from.take(returned_, from.in_returned);
    if (!task)
      task = from.take(window_->ready(), from.in_ready);
    if (!task || !is_expected(*task))
      return task;
  }
}

void job_state_machine::fill(const credit_grant& grant) {
  task_offer offer{.job = job_.id, .grant = grant, .tasks = {}};
  offer.grant.closed.clear();
  picker from{grant.closed};
  std::uint32_t room = has_work() ? grant.slots : 0;
  std::vector<slot_task> same_row;
  const auto close_row = [&] {
    if (!same_row.empty())
      offer.tasks.push_back(
        lease_out(std::exchange(same_row, {}), grant.incarnation));
  };
  for (; room > 0; --room) {
    auto task = next_task(from);
    if (!task)
      break;
    if (!same_row.empty()
        && (same_row.front().slot.row != task->slot.row
            || same_row.size() >= setup_.settings.slice))
      close_row();
    same_row.push_back(std::move(*task));
  }
  close_row();
  if (room > 0)
    lease_stragglers(offer, room, from);
  offer.skipped = from.skipped();
  offer.elsewhere = elsewhere_ = offer.tasks.empty() && has_work();
  fresh_elsewhere_ = fresh_count();
  if (offer.tasks.empty() && !offer.elsewhere)
    announced_ = false;
  else
    tell();
  self_->send(setup_.dispatcher, std::move(offer));
  advance();
}

row_task job_state_machine::lease_out(std::vector<slot_task> slots,
                                      incarnation_id node) {
  const auto id = next_lease_++;
  leased_slots_ += slots.size();
  leases_[id] = {
    .incarnation = node, .open = slots, .since = self_->clock().now()};
  return {.job = job_.id,
          .lease = id,
          .slots = std::move(slots),
          .goal = job_.options.goal,
          .trace_parent = job_.trace_parent,
          .incarnation = node};
}

void job_state_machine::take_back(lease& which) {
  leased_slots_ -= which.open.size();
  for (auto& task : which.open)
    if (!is_leased(task.slot))
      returned_.push_back(std::move(task));
}

void job_state_machine::handle(const node_lost& news) {
  std::size_t back = 0;
  for (auto i = leases_.begin(); i != leases_.end();) {
    if (i->second.incarnation == news.incarnation) {
      auto lost = std::move(i->second);
      i = leases_.erase(i);
      back += lost.open.size();
      take_back(lost);
    } else {
      ++i;
    }
  }
  if (back > 0)
    telemetry::log(telemetry::log_level::warning, "leases of a node are void",
                   {{"job", job_.id},
                    {"node", id_of_node(news.incarnation)},
                    {"slots", back}});
  advance();
}

void job_state_machine::hinder(std::string what) {
  waits_for_ = std::move(what);
  tell();
}

// -- stragglers ---------------------------------------------------------------

// When nothing is left to hand out, what one node has had for long goes to
// another as well, once.
bool job_state_machine::has_stragglers(incarnation_id but) const {
  if (!window_->ended() || leases_.size() > most_stragglers)
    return false;
  const auto due = self_->clock().now() - setup_.settings.straggler_after;
  return std::any_of(leases_.begin(), leases_.end(), [&](const auto& x) {
    return x.second.since <= due && x.second.incarnation != but
           && !x.second.doubled;
  });
}

void job_state_machine::lease_stragglers(task_offer& offer, std::uint32_t room,
                                         picker& from) {
  const auto node = offer.grant.incarnation;
  if (job_.state != job_state::running || ending_ || !has_stragglers(node))
    return;
  const auto due = self_->clock().now() - setup_.settings.straggler_after;
  std::vector<std::vector<slot_task>> late;
  for (auto& [id, x] : leases_) {
    if (x.since > due || x.incarnation == node || x.doubled || room == 0
        || !std::all_of(x.open.begin(), x.open.end(),
                        [&](const auto& task) { return from.may(task); }))
      continue;
    x.doubled = true;
    const auto taken = std::min<std::size_t>(x.open.size(), room);
    room -= static_cast<std::uint32_t>(taken);
    late.emplace_back(x.open.begin(),
                      x.open.begin() + static_cast<std::ptrdiff_t>(taken));
    telemetry::log(telemetry::log_level::info, "a straggler is leased again",
                   {{"job", job_.id},
                    {"row", x.open.front().slot.row},
                    {"slots", x.open.size()}});
  }
  has_twins_ = has_twins_ || !late.empty();
  for (auto& slots : late) {
    offer.tasks.push_back(lease_out(std::move(slots), node));
    leases_[offer.tasks.back().lease].doubled = true;
  }
}

} // namespace pixmill::actors
