#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/flow_queue.hpp"

namespace pixmill::net {

/// Decides which waiting transfer starts next: origins take turns, and so do
/// flows at each; none has more than its share under way, and a paused one is
/// passed over.
///
/// Every operation but `remove` takes constant time, or logarithmic in the
/// number of paused origins.
///
/// @note Not thread-safe; knows no clock of its own.
class origin_queue {
public:
  using ticket = std::uint64_t;
  using time_point = std::chrono::steady_clock::time_point;

  /// @param per_origin Transfers under way for one origin, from 1.
  explicit origin_queue(std::uint32_t per_origin);

  /// From now on an origin has no transfers but those that `permit` allows it,
  /// whatever it was allowed before.
  void govern();

  /// Lets so many transfers of `origin` be under way, whatever holds for
  /// others; what is under way beyond that goes on. Nothing: as for others.
  void permit(const std::string& origin, std::optional<std::uint32_t> most);

  /// Returns how many transfers of `origin` may be under way.
  std::uint32_t permitted(const std::string& origin) const;

  /// Lets a transfer wait behind all others of its flow at `origin`.
  void push(const std::string& origin, flow_id flow, ticket which);

  /// Lets a transfer wait before all others of its flow at `origin`, as one
  /// that was redirected there deserves.
  void push_front(const std::string& origin, flow_id flow, ticket which);

  /// Takes a transfer out that has not been popped.
  /// @returns Whether it was there.
  bool remove(const std::string& origin, flow_id flow, ticket which);

  /// Returns the transfer that is to start now and counts it as under way.
  std::optional<ticket> pop(time_point now);

  /// Says that a popped transfer of `origin` is over.
  void finished(const std::string& origin);

  /// Lets no transfer of `origin` start before `until`; never shortens an
  /// earlier pause.
  void pause(const std::string& origin, time_point until);

  /// Returns until when `origin` is paused, if it is.
  std::optional<time_point> paused_until(const std::string& origin) const;

  /// Takes all transfers out that wait at `origin`, in turn.
  std::vector<ticket> take_waiting(const std::string& origin);

  /// Returns when `pop` may have something although nothing has changed.
  std::optional<time_point> next_resume() const;

  /// What is under way at one origin, and what waits.
  struct load {
    std::string origin;
    std::uint32_t active = 0;
    std::size_t waiting = 0;
    std::uint32_t limit = 0;
    std::optional<time_point> paused_until;
  };

  /// Returns the origins that have something under way, waiting, a pause or a
  /// permit of their own.
  std::vector<load> loads() const;

  /// Returns how many transfers wait.
  std::size_t size() const noexcept {
    return waiting_;
  }

private:
  struct entry {
    flow_queue waiting;
    std::uint32_t active = 0;
    std::optional<std::uint32_t> permit; ///< None: that of all others.
    std::optional<time_point> paused_until;
    bool in_ring = false;
  };
  using entries = std::unordered_map<std::string, entry>;

  std::uint32_t limit_of(const entry& which) const {
    return which.permit.value_or(per_origin_);
  }
  void settle(entries::iterator which);
  void resume_due(time_point now);

  std::uint32_t per_origin_;
  std::size_t waiting_ = 0;
  entries origins_;
  /// Origins that can start something, in turn; may hold some that no longer
  /// can, which `pop` drops.
  std::list<std::string> ring_;
  std::multimap<time_point, std::string> pauses_;
};

} // namespace pixmill::net
