#include "actors/origin_ledger.hpp"

namespace pixmill::actors {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// Nodes report every second; so long it counts that somebody had tasks.
constexpr milliseconds want_holds{3'000};

// A node is not given more than it can be expected to begin within so long.
constexpr std::uint32_t crowd_seconds = 10;
constexpr std::uint32_t crowd_least = 16;

// A hold that is a little longer is not told again.
constexpr milliseconds worth_telling{250};

// What was learnt of an origin is good for so long.
constexpr std::chrono::minutes keep_learnt{10};
constexpr std::size_t most_origins = 20'000;

} // namespace

origin_ledger::origin_ledger(std::uint32_t budget)
    : budget_{std::max(budget, 1u)} {}

bool origin_ledger::share::is_wanted(time_point now) const {
  return wanted != time_point{} && now - wanted < want_holds;
}

void origin_ledger::join(incarnation_id node) {
  members_[node];
}

void origin_ledger::forget(incarnation_id node) {
  const auto which = members_.find(node);
  if (which == members_.end())
    return;
  for (const auto& name : which->second.origins)
    if (const auto at = origins_.find(name); at != origins_.end())
      at->second.of.erase(node);
  members_.erase(which);
}

// -- figures ------------------------------------------------------------------

origin_ledger::origin& origin_ledger::touch(const std::string& name,
                                            time_point now) {
  auto& at = origins_.try_emplace(name, origin{.limit = origin_limit{budget_}})
               .first->second;
  at.touched = now;
  return at;
}

origin_ledger::share& origin_ledger::share_of(incarnation_id node,
                                              const std::string& name,
                                              origin& at) {
  const auto [i, fresh] = at.of.try_emplace(node);
  if (fresh) {
    i->second.since = at.touched;
    members_[node].origins.insert(name);
  }
  return i->second;
}

std::uint32_t origin_ledger::leased(const origin& at) {
  std::uint32_t sum = 0;
  for (const auto& [node, x] : at.of)
    sum += x.most();
  return sum;
}

std::uint32_t origin_ledger::room(const origin& at) {
  const auto taken = leased(at);
  const auto limit = at.limit.value();
  return limit > taken ? limit - taken : 0;
}

bool origin_ledger::is_open(incarnation_id node, const std::string& name,
                            time_point now) const {
  const auto at = origins_.find(name);
  if (at == origins_.end())
    return true;
  if (at->second.held_until > now)
    return false;
  const auto which = at->second.of.find(node);
  if (which == at->second.of.end() || which->second.told() == 0)
    return room(at->second) > 0;
  const auto& x = which->second;
  return x.waiting < crowd_least || x.waiting < 4 * x.told()
         || x.waiting < crowd_seconds * x.answered_per_s;
}

bool origin_ledger::is_tight(const origin& at, time_point now) const {
  return at.held_until > now || (members_.size() > 1 && room(at) == 0)
         || std::any_of(at.of.begin(), at.of.end(), [](const auto& entry) {
              return entry.second.waiting >= crowd_least;
            });
}

std::vector<std::string> origin_ledger::closed(incarnation_id node,
                                               time_point now) {
  std::vector<std::string> out;
  for (auto i = tight_.begin();
       i != tight_.end() && out.size() < most_closed;) {
    const auto at = origins_.find(*i);
    if (at == origins_.end() || !is_tight(at->second, now)) {
      i = tight_.erase(i);
      continue;
    }
    if (!is_open(node, *i, now))
      out.push_back(*i);
    ++i;
  }
  return out;
}

// -- giving and taking --------------------------------------------------------

void origin_ledger::want(incarnation_id node, const std::string& name,
                         time_point now) {
  if (members_.count(node) != 0)
    share_of(node, name, touch(name, now)).wanted = now;
}

origin_lease origin_ledger::lease(incarnation_id node, share& which,
                                  const std::string& name, const origin& at,
                                  std::uint32_t permits, time_point now) {
  const auto version = ++members_[node].version;
  if ((which.told() == 0) != (permits == 0))
    which.since = now;
  const auto most = which.sent ? std::max(which.sent->most, permits) : permits;
  which.sent = {.version = version, .permits = permits, .most = most};
  if (is_tight(at, now))
    tight_.insert(name);
  const auto hold = at.held_until > now
                      ? std::chrono::ceil<milliseconds>(at.held_until - now)
                      : milliseconds{0};
  return {.origin = name,
          .permits = permits,
          .version = version,
          .hold_ms = hold.count()};
}

std::optional<origin_lease> origin_ledger::admit(incarnation_id node,
                                                 const std::string& name,
                                                 std::uint32_t unfinished,
                                                 time_point now) {
  if (name.empty() || members_.count(node) == 0)
    return std::nullopt;
  auto& at = touch(name, now);
  auto& mine = share_of(node, name, at);
  // Until the node says how much it is.
  mine.waiting = std::min(mine.waiting + 1, unfinished);
  if (mine.told() > 0)
    return std::nullopt;
  auto permits = room(at) + mine.most();
  if (members_.size() > 1)
    permits = std::min(
      permits,
      std::max<std::uint32_t>(
        at.limit.value() / static_cast<std::uint32_t>(members_.size()), 1));
  if (permits == 0)
    return std::nullopt;
  return lease(node, mine, name, at, permits, now);
}

void origin_ledger::take(share& which, const origin_state& told,
                         time_point now) {
  which.permits = told.permits;
  which.in_use = std::max(told.permits, told.active);
  if (which.sent && told.version >= which.sent->version)
    which.sent.reset();
  if (which.demand() == 0 && which.told() == 0)
    which.since = now;
  which.active = told.active;
  which.waiting = told.waiting;
  which.was_used = told.answered > 0;
  const auto span = duration_cast<milliseconds>(now - which.reported).count();
  if (span >= 500) {
    which.answered_per_s = static_cast<std::uint32_t>(
      told.answered * 1'000 / std::min<std::int64_t>(span, 5'000));
    which.reported = now;
  }
}

void origin_ledger::hold(const std::string& name, origin& at,
                         incarnation_id node, time_point until,
                         time_point now) {
  if (until - at.held_until < worth_telling)
    return;
  at.held_until = until;
  tight_.insert(name);
  for (auto& [other, x] : at.of)
    if (other != node)
      urgent_.emplace_back(other, lease(other, x, name, at, x.told(), now));
}

void origin_ledger::learn(const std::string& name, origin& at,
                          incarnation_id node, const origin_state& told,
                          time_point now) {
  std::uint32_t demand = 0;
  for (const auto& [id, x] : at.of)
    demand += x.demand();
  at.limit.learn({.answered = told.answered,
                  .refused = told.refused,
                  .waited = milliseconds{told.waited_ms},
                  .busy = demand >= at.limit.value()},
                 now);
  if (told.hold_ms > 0)
    hold(name, at, node, now + milliseconds{told.hold_ms}, now);
}

std::vector<origin_lease> origin_ledger::report(const origin_report& told,
                                                time_point now) {
  std::vector<origin_lease> out;
  const auto who = members_.find(told.incarnation);
  if (who == members_.end() || told.number <= who->second.reported)
    return out;
  who->second.reported = told.number;
  auto silent = who->second.origins;
  for (const auto& x : told.origins) {
    silent.erase(x.origin);
    auto& at = touch(x.origin, now);
    take(share_of(told.incarnation, x.origin, at), x, now);
    learn(x.origin, at, told.incarnation, x, now);
  }
  // It has no permits there, and nothing to do.
  for (const auto& name : silent) {
    auto& at = touch(name, now);
    take(share_of(told.incarnation, name, at), {}, now);
    drop(told.incarnation, name, now);
  }
  for (const auto& name : std::set<std::string>{who->second.origins})
    if (auto changed = adjust(told.incarnation, name, now))
      out.push_back(std::move(*changed));
  return out;
}

// Forgets a share that is of no use to anybody.
void origin_ledger::drop(incarnation_id node, const std::string& name,
                         time_point now) {
  const auto at = origins_.find(name);
  const auto which = at->second.of.find(node);
  if (which->second.sent || which->second.is_wanted(now))
    return;
  at->second.of.erase(which);
  members_[node].origins.erase(name);
  if (at->second.of.empty() && at->second.limit.is_whole()
      && at->second.held_until <= now)
    origins_.erase(at);
}

std::optional<origin_lease> origin_ledger::adjust(incarnation_id node,
                                                  const std::string& name,
                                                  time_point now) {
  auto& at = touch(name, now);
  auto& mine = share_of(node, name, at);
  const auto wanted = divide(at, now)[node];
  const auto told = mine.told();
  const auto next = wanted > told
                      ? std::max(told, std::min(wanted, room(at) + mine.most()))
                      : wanted;
  if (is_tight(at, now))
    tight_.insert(name);
  // Unanswered: it may have been lost.
  if (next == told && !mine.sent)
    return std::nullopt;
  return lease(node, mine, name, at, next, now);
}

// -- the rest -----------------------------------------------------------------

std::vector<std::pair<incarnation_id, origin_lease>>
origin_ledger::take_urgent() {
  return std::exchange(urgent_, {});
}

void origin_ledger::tick(time_point now) {
  const bool many = origins_.size() > most_origins;
  std::erase_if(origins_, [&](const auto& entry) {
    const auto& at = entry.second;
    return at.of.empty() && at.held_until <= now
           && (many || at.limit.is_whole() || now - at.touched > keep_learnt);
  });
}

std::vector<origin_status> origin_ledger::list(time_point now) const {
  std::vector<origin_status> out;
  out.reserve(origins_.size());
  for (const auto& [name, at] : origins_) {
    origin_status x{.origin = name,
                    .limit = at.limit.value(),
                    .budget = budget_,
                    .leased = leased(at)};
    for (const auto& [node, mine] : at.of) {
      x.active += mine.active;
      x.waiting += mine.waiting;
    }
    if (at.held_until > now)
      x.hold_ms = std::chrono::ceil<milliseconds>(at.held_until - now).count();
    out.push_back(std::move(x));
  }
  return out;
}

std::vector<incarnation_id>
origin_ledger::holders(const std::string& name) const {
  std::vector<incarnation_id> out;
  if (const auto at = origins_.find(name); at != origins_.end())
    for (const auto& [node, x] : at->second.of)
      if (x.most() > 0)
        out.push_back(node);
  return out;
}

} // namespace pixmill::actors
