#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/origin_limit.hpp"
#include "actors/origin_messages.hpp"

namespace pixmill::actors {

/// Shares what each origin bears between the nodes of a cluster: so many
/// permits a node, never more of all together than the origin's budget.
///
/// A permit counts until its node has said that it goes by another lease, and
/// that no more is under way than that allows: whatever is lost or late between
/// nodes, no origin has more than its budget. A node that is lost is forgotten
/// at once; cut off from the head, it may still use what it had.
///
/// Permits go to nodes with the first task for an origin, an even share of
/// them; after that they follow what the nodes say they have to do.
///
/// @note Knows no clock of its own.
class origin_ledger {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// @param budget Transfers at once at each origin, of all nodes; from 1.
  explicit origin_ledger(std::uint32_t budget);

  /// A node has come; it has no permits.
  void join(incarnation_id node);

  /// A node has gone, and with it what it had.
  void forget(incarnation_id node);

  /// Returns whether tasks of `origin` may be given to `node`: it has permits,
  /// or could have some, and does not have more to do there than it can soon.
  bool is_open(incarnation_id node, const std::string& origin,
               time_point now) const;

  /// Returns the origins that are not open for a node, `most_closed` at most.
  std::vector<std::string> closed(incarnation_id node, time_point now);

  /// Somebody would have tasks of `origin` for `node`, were it open.
  void want(incarnation_id node, const std::string& origin, time_point now);

  /// A task of `origin` is sent to `node`, which has `unfinished` ones in all
  /// then: no more can wait there, however many it was sent.
  /// @returns A lease to send along, if it has none there.
  std::optional<origin_lease> admit(incarnation_id node,
                                    const std::string& origin,
                                    std::uint32_t unfinished, time_point now);

  /// Takes a node's word.
  /// @returns The leases that it is to have from now on, where they change.
  std::vector<origin_lease> report(const origin_report& told, time_point now);

  /// Returns leases that nodes are to hear of at once: of origins that are to
  /// be left alone.
  std::vector<std::pair<incarnation_id, origin_lease>> take_urgent();

  /// Forgets what is not needed any more.
  void tick(time_point now);

  /// Returns what is known of origins; `nodes` are left empty.
  std::vector<origin_status> list(time_point now) const;

  /// Returns the nodes that have permits of an origin.
  std::vector<incarnation_id> holders(const std::string& origin) const;

  static constexpr std::size_t most_closed = 64;

private:
  using duration = std::chrono::milliseconds;

  /// What one node has, and has to do, at one origin.
  struct share {
    /// The newest lease sent, until the node says that it goes by it.
    struct unanswered {
      std::uint64_t version = 0;
      std::uint32_t permits = 0;
      std::uint32_t most = 0; ///< Of all leases that may be on their way.
    };
    std::uint32_t permits = 0; ///< As the node said last.
    std::uint32_t in_use = 0;  ///< The same, or more that is under way yet.
    std::optional<unanswered> sent{};
    std::uint32_t active = 0;
    std::uint32_t waiting = 0;
    bool was_used = false; ///< Something was answered before its last report.
    std::uint32_t answered_per_s = 0; ///< Of late.
    time_point reported{};
    time_point wanted{}; ///< When somebody had tasks for it.
    time_point since{};  ///< Since when it has permits, or has none and waits.

    std::uint32_t most() const {
      return sent ? std::max(in_use, sent->most) : in_use;
    }
    std::uint32_t told() const {
      return sent ? sent->permits : permits;
    }
    /// What takes a moment is seldom seen under way, but wants a permit too.
    std::uint32_t demand() const {
      return std::max(active + waiting, was_used ? 1u : 0u);
    }
    bool is_wanted(time_point now) const;
  };
  using shares = std::map<incarnation_id, share>;

  struct origin {
    origin_limit limit;
    shares of{};
    time_point held_until{};
    time_point touched{};
  };

  struct member {
    std::uint64_t version = 0;  ///< The last one that was used.
    std::uint64_t reported = 0; ///< Number of its last report.
    std::set<std::string> origins{};
  };

  using targets = std::map<incarnation_id, std::uint32_t>;

  origin& touch(const std::string& name, time_point now);
  share& share_of(incarnation_id node, const std::string& name, origin& at);
  static std::uint32_t leased(const origin& at);
  static std::uint32_t room(const origin& at);
  bool is_tight(const origin& at, time_point now) const;
  origin_lease lease(incarnation_id node, share& which, const std::string& name,
                     const origin& at, std::uint32_t permits, time_point now);
  static void take(share& which, const origin_state& told, time_point now);
  void learn(const std::string& name, origin& at, incarnation_id node,
             const origin_state& told, time_point now);
  void hold(const std::string& name, origin& at, incarnation_id node,
            time_point until, time_point now);
  std::uint32_t reserve(const origin& at) const;
  targets divide(const origin& at, time_point now) const;
  std::optional<origin_lease> adjust(incarnation_id node,
                                     const std::string& name, time_point now);
  void drop(incarnation_id node, const std::string& name, time_point now);

  std::uint32_t budget_;
  std::map<incarnation_id, member> members_;
  std::unordered_map<std::string, origin> origins_;
  /// Those that may be closed for somebody.
  std::set<std::string> tight_;
  std::vector<std::pair<incarnation_id, origin_lease>> urgent_;
};

} // namespace pixmill::actors
