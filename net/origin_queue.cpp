#include "net/origin_queue.hpp"

#include <algorithm>

namespace pixmill::net {

origin_queue::origin_queue(std::uint32_t per_origin)
    : per_origin_(std::max(per_origin, 1u)) {}

void origin_queue::govern() {
  per_origin_ = 0;
  for (auto i = origins_.begin(); i != origins_.end();) {
    const auto which = i++;
    which->second.permit.reset();
    settle(which);
  }
}

void origin_queue::permit(const std::string& origin,
                          std::optional<std::uint32_t> most) {
  const auto i = origins_.try_emplace(origin).first;
  i->second.permit = most;
  settle(i);
}

std::uint32_t origin_queue::permitted(const std::string& origin) const {
  const auto i = origins_.find(origin);
  return i == origins_.end() ? per_origin_ : limit_of(i->second);
}

void origin_queue::push(const std::string& origin, flow_id flow, ticket which) {
  const auto i = origins_.try_emplace(origin).first;
  i->second.waiting.push(flow, which);
  ++waiting_;
  settle(i);
}

void origin_queue::push_front(const std::string& origin, flow_id flow,
                              ticket which) {
  const auto i = origins_.try_emplace(origin).first;
  i->second.waiting.push_front(flow, which);
  ++waiting_;
  settle(i);
}

bool origin_queue::remove(const std::string& origin, flow_id flow,
                          ticket which) {
  const auto i = origins_.find(origin);
  if (i == origins_.end() || !i->second.waiting.remove(flow, which))
    return false;
  --waiting_;
  settle(i);
  return true;
}

std::optional<origin_queue::ticket> origin_queue::pop(time_point now) {
  resume_due(now);
  while (!ring_.empty()) {
    auto turn = ring_.begin();
    const auto i = origins_.find(*turn);
    auto& origin = i->second;
    if (origin.waiting.empty() || origin.active >= limit_of(origin)
        || origin.paused_until) {
      origin.in_ring = false;
      ring_.erase(turn);
      settle(i);
      continue;
    }
    const auto result = origin.waiting.pop();
    ++origin.active;
    --waiting_;
    ring_.splice(ring_.end(), ring_, turn);
    return result;
  }
  return std::nullopt;
}

void origin_queue::finished(const std::string& origin) {
  const auto i = origins_.find(origin);
  if (i == origins_.end())
    return;
  if (i->second.active > 0)
    --i->second.active;
  settle(i);
}

void origin_queue::pause(const std::string& origin, time_point until) {
  const auto i = origins_.try_emplace(origin).first;
  auto& paused_until = i->second.paused_until;
  if (paused_until && *paused_until >= until)
    return;
  paused_until = until;
  pauses_.emplace(until, origin);
}

std::optional<origin_queue::time_point>
origin_queue::paused_until(const std::string& origin) const {
  const auto i = origins_.find(origin);
  return i == origins_.end() ? std::nullopt : i->second.paused_until;
}

std::vector<origin_queue::ticket>
origin_queue::take_waiting(const std::string& origin) {
  std::vector<ticket> out;
  const auto i = origins_.find(origin);
  if (i == origins_.end())
    return out;
  while (const auto next = i->second.waiting.pop())
    out.push_back(*next);
  waiting_ -= out.size();
  settle(i);
  return out;
}

std::optional<origin_queue::time_point> origin_queue::next_resume() const {
  if (pauses_.empty())
    return std::nullopt;
  return pauses_.begin()->first;
}

std::vector<origin_queue::load> origin_queue::loads() const {
  std::vector<load> out;
  out.reserve(origins_.size());
  for (const auto& [name, x] : origins_)
    out.push_back(
      {name, x.active, x.waiting.size(), limit_of(x), x.paused_until});
  return out;
}

// Puts an origin where its state says: into the ring, or out of memory.
void origin_queue::settle(entries::iterator which) {
  auto& origin = which->second;
  if (origin.in_ring || origin.paused_until)
    return;
  if (origin.waiting.empty()) {
    if (origin.active == 0 && !origin.permit)
      origins_.erase(which);
    return;
  }
  if (origin.active < limit_of(origin)) {
    origin.in_ring = true;
    ring_.push_back(which->first);
  }
}

void origin_queue::resume_due(time_point now) {
  while (!pauses_.empty() && pauses_.begin()->first <= now) {
    const auto due = pauses_.begin()->first;
    const auto i = origins_.find(pauses_.begin()->second);
    pauses_.erase(pauses_.begin());
    // A longer pause may have been asked for since.
    if (i == origins_.end() || i->second.paused_until != due)
      continue;
    i->second.paused_until.reset();
    settle(i);
  }
}

} // namespace pixmill::net
