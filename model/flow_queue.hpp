#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>

namespace pixmill {

/// Tells apart whose work it is where work waits: one flow for each job.
using flow_id = std::uint64_t;

/// Tickets that wait. Flows take turns, so that one image of a small job waits
/// for a few of a large one's and not for all; a flow's own come in order.
///
/// Every operation but `remove` takes constant time.
///
/// @note Not thread-safe.
class flow_queue {
public:
  using ticket = std::uint64_t;

  /// Lets a ticket wait behind all others of its flow.
  void push(flow_id flow, ticket which);

  /// Lets a ticket wait before all others of its flow.
  void push_front(flow_id flow, ticket which);

  /// Takes a ticket out.
  /// @returns Whether it was there.
  bool remove(flow_id flow, ticket which);

  /// Takes the ticket out whose turn it is.
  std::optional<ticket> pop();

  bool empty() const noexcept {
    return turns_.empty();
  }

  /// Returns how many tickets wait; takes time for each flow.
  std::size_t size() const noexcept;

private:
  std::deque<ticket>& waiting_of(flow_id flow);

  /// Never an empty one.
  std::unordered_map<flow_id, std::deque<ticket>> waiting_;
  std::list<flow_id> turns_; ///< Flows in `waiting_`, the next one first.
};

} // namespace pixmill
