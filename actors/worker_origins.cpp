// How a WORKER gets its permits for origins, and says what it needs.

#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/worker.hpp"

namespace pixmill::actors {
namespace {

using std::chrono::milliseconds;

// Nothing is lost with a report: the next one says it again.
constexpr std::chrono::seconds report_timeout{3};

// With nothing to say it is said now and then, since a lease may have been
// lost on its way.
constexpr std::uint32_t most_quiet_ticks = 5;

std::vector<origin_state>
states_of(const std::vector<net::origin_activity>& seen) {
  std::vector<origin_state> out;
  out.reserve(seen.size());
  for (const auto& x : seen)
    out.push_back({.origin = x.origin,
                   .permits = x.permitted,
                   .version = x.version,
                   .active = x.active,
                   .waiting = x.waiting,
                   .answered = x.answered,
                   .refused = x.refused,
                   .waited_ms = x.waited.count(),
                   .hold_ms = x.hold.count()});
  return out;
}

// The fetcher outlives the actor: what it calls must not keep it.
worker_actor still_there(const caf::actor_addr& who) {
  const auto found = caf::actor_cast<caf::strong_actor_ptr>(who);
  return found ? caf::actor_cast<worker_actor>(found) : worker_actor{};
}

} // namespace

// A new number has no permits yet.
void worker_state::begin_looking() {
  origin_reports_ = 0;
  setup_.services->fetcher->govern({.look =
                                      [me = self_->address()] {
                                        if (const auto self = still_there(me))
                                          caf::anon_send(self,
                                                         atom::look::value);
                                      },
                                    .longest_hold = setup_.retry.short_pause});
}

void worker_state::look() {
  if (!joined_ || left_)
    return;
  if (std::exchange(looking_, true)) {
    look_again_ = true;
    return;
  }
  setup_.services->fetcher->look(
    [me = self_->address(), told = incarnation_](const auto& seen) {
      if (const auto self = still_there(me))
        caf::anon_send(self, origin_report{.incarnation = told,
                                           .number = 0,
                                           .origins = states_of(seen)});
    });
}

void worker_state::handle(origin_report seen) {
  const bool has_news = !seen.origins.empty() || had_origins_;
  if (!joined_ || !dispatcher_ || seen.incarnation != incarnation_
      || (!has_news && ++quiet_ticks_ < most_quiet_ticks))
    return end_look();
  had_origins_ = !seen.origins.empty();
  quiet_ticks_ = 0;
  seen.number = ++origin_reports_;
  self_->request(dispatcher_, report_timeout, std::move(seen))
    .then(
      [this](const origin_leases& leases) {
        take(leases);
        end_look();
      },
      [this](const caf::error&) { end_look(); });
}

void worker_state::end_look() {
  looking_ = false;
  if (std::exchange(look_again_, false))
    look();
}

void worker_state::take(const origin_leases& leases) {
  // What was meant for an earlier life does not count.
  if (leases.incarnation != incarnation_)
    return;
  std::vector<net::origin_permit> permits;
  permits.reserve(leases.origins.size());
  for (const auto& x : leases.origins)
    permits.push_back({.origin = x.origin,
                       .transfers = x.permits,
                       .version = x.version,
                       .hold = milliseconds{x.hold_ms}});
  if (!permits.empty())
    setup_.services->fetcher->permit(std::move(permits));
}

} // namespace pixmill::actors
