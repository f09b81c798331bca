#pragma once

#include <functional>
#include <optional>

#include <caf/actor_system.hpp>

#include "actors/protocol.hpp"

namespace pixmill::test {

/// What the DISPATCHER that a WORKER under test speaks to does; where nothing
/// is said it takes whoever comes, and knows every node.
struct head_answers {
  std::function<void(const actors::node_description&)> join{};
  std::function<bool(const actors::load_report&)> load{};
  std::function<void(const actors::credit_return&)> credit{};
  std::function<actors::origin_leases(const actors::origin_report&)> origins{};
  std::function<bool(const actors::row_report&)> row{};
  std::function<void()> leave{};
};

actors::dispatcher_actor spawn_head(caf::actor_system& system,
                                    head_answers answers);

/// A JOB that is told of results.
/// @param row Returns whether the result is durable, or nothing: then it never
///            answers.
actors::job_actor
spawn_job(caf::actor_system& system,
          std::function<std::optional<bool>(const actors::row_report&)> row);

} // namespace pixmill::test
