#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "telemetry/actor_record.hpp"

namespace pixmill::telemetry {

/// Every Pixmill actor of this process. Sharded, so that spawning does not
/// queue for one lock.
class actor_registry {
public:
  /// Returns the registry of the process.
  static actor_registry& instance();

  /// Returns how many actors of `kind` live.
  std::uint64_t count(actor_kind kind) const noexcept;

  /// Returns how many actors of `kind` are in a state: goes over all of them,
  /// and copies nothing.
  std::uint64_t count(actor_kind kind, std::string_view state) const;

  /// Returns all of at most `limit` actors, in no order.
  std::vector<actor_snapshot> snapshot(std::size_t limit) const;

  /// Calls `look` with the record of one actor, which cannot end meanwhile.
  /// @param look Must be quick, and neither spawn nor end an actor.
  /// @returns Whether it lives.
  bool visit(std::uint64_t id,
             const std::function<void(const actor_record&)>& look) const;

private:
  friend class actor_record;
  actor_registry();
  ~actor_registry();
  void enter(actor_record& record);
  void leave(actor_record& record);

  struct shard;
  static constexpr std::size_t shard_count = 16;
  std::unique_ptr<shard[]> shards_;
};

} // namespace pixmill::telemetry
