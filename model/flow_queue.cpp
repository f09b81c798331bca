#include "model/flow_queue.hpp"

#include <algorithm>

namespace pixmill {

std::deque<flow_queue::ticket>& flow_queue::waiting_of(flow_id flow) {
  const auto [at, fresh] = waiting_.try_emplace(flow);
  if (fresh)
    turns_.push_back(flow);
  return at->second;
}

void flow_queue::push(flow_id flow, ticket which) {
  waiting_of(flow).push_back(which);
}

void flow_queue::push_front(flow_id flow, ticket which) {
  waiting_of(flow).push_front(which);
}

bool flow_queue::remove(flow_id flow, ticket which) {
  const auto found = waiting_.find(flow);
  if (found == waiting_.end())
    return false;
  auto& tickets = found->second;
  const auto at = std::find(tickets.begin(), tickets.end(), which);
  if (at == tickets.end())
    return false;
  tickets.erase(at);
  if (tickets.empty()) {
    waiting_.erase(found);
    turns_.remove(flow);
  }
  return true;
}

std::optional<flow_queue::ticket> flow_queue::pop() {
  if (turns_.empty())
    return std::nullopt;
  const auto turn = turns_.begin();
  const auto found = waiting_.find(*turn);
  const auto result = found->second.front();
  found->second.pop_front();
  if (found->second.empty()) {
    waiting_.erase(found);
    turns_.erase(turn);
  } else {
    turns_.splice(turns_.end(), turns_, turn);
  }
  return result;
}

std::size_t flow_queue::size() const noexcept {
  std::size_t sum = 0;
  for (const auto& [flow, tickets] : waiting_)
    sum += tickets.size();
  return sum;
}

} // namespace pixmill
