#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include <caf/actor_control_block.hpp>

#include "actors/messages.hpp"
#include "telemetry/actor_record.hpp"

namespace caf {
class actor_system;
}

namespace pixmill::actors {

/// Looks at the actors of this process, and ends one of them. Asks the
/// registry; one actor at most is asked itself. Thread-safe; blocks its caller.
class inspector {
public:
  /// More than a node has.
  static constexpr std::size_t most_actors = 100'000;

  /// @param system Outlives it.
  explicit inspector(caf::actor_system& system) : system_{&system} {}

  /// Returns all actors, in no order.
  static std::vector<actor_report> list();

  /// All that is known of one actor.
  struct inside {
    actor_report report;
    telemetry::actor_detail detail;
    bool answered = false; ///< It took a message with high priority in time.
    std::chrono::microseconds took{0};
    std::uint64_t mailbox = 0; ///< When it answered.
  };

  /// What is known of an actor without asking it, and how it is asked; null:
  /// it is ending.
  struct found_actor {
    inside seen;
    caf::strong_actor_ptr whom;
  };

  /// @returns Nothing: there is none of this id.
  static std::optional<found_actor> find(std::uint64_t id);

  /// Returns what is known of one actor of those in `list`.
  static std::optional<actor_report> report(std::uint64_t id);

  /// Looks into an actor, and asks it something.
  /// @param patience How long to wait for its answer.
  /// @returns Nothing: there is none of this id.
  std::optional<inside> look(std::uint64_t id,
                             std::chrono::milliseconds patience) const;

  /// Ends an actor as if it had crashed: at its next message, past all that
  /// it does at an orderly end.
  /// @returns Whether there is one of this id.
  static bool kill(std::uint64_t id);

private:
  caf::actor_system* system_;
};

} // namespace pixmill::actors
