#include "tests/actors/stand_ins.hpp"

#include <memory>
#include <utility>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace pixmill::test {

using namespace actors;

dispatcher_actor spawn_head(caf::actor_system& system, head_answers answers) {
  return system.spawn([say = std::move(answers)](dispatcher_actor::pointer)
                        -> dispatcher_actor::behavior_type {
    return {
      [](atom::inspect) { return actor_report{}; },
      [say](const node_description& node,
            const worker_actor&) -> caf::result<void> {
        if (say.join)
          say.join(node);
        return caf::unit;
      },
      [say](const load_report& x) { return !say.load || say.load(x); },
      [say](const credit_return& x) {
        if (say.credit)
          say.credit(x);
      },
      [say](const origin_report& x) {
        return say.origins ? say.origins(x) : origin_leases{};
      },
      [say](const row_report& x) { return say.row && say.row(x); },
      [say](atom::leave, incarnation_id) -> caf::result<void> {
        if (say.leave)
          say.leave();
        return caf::unit;
      },
      [](atom::list) { return std::vector<node_status>{}; },
      [](atom::origins) { return std::vector<origin_status>{}; },
      [](const node_command&) { return node_status{}; },
      [](const work_call&, const job_actor&) {},
      [](const task_offer&) {},
      [](const lease_revocation&) {},
      [](atom::tick) {},
    };
  });
}

job_actor spawn_job(caf::actor_system& system,
                    std::function<std::optional<bool>(const row_report&)> row) {
  using promise = caf::typed_response_promise<bool>;
  auto unanswered = std::make_shared<std::vector<promise>>();
  return system.spawn([row = std::move(row), unanswered](
                        job_actor::pointer self) -> job_actor::behavior_type {
    return {
      [](atom::inspect) { return actor_report{}; },
      [](atom::restore) {},
      [](const credit_grant&) {},
      [self, row, unanswered](const row_report& x) -> caf::result<bool> {
        if (const auto durable = row(x))
          return *durable;
        unanswered->push_back(self->make_response_promise<bool>());
        return unanswered->back();
      },
      [](const node_lost&) {},
      [](atom::hindered, const std::string&) {},
      [](const job_command&) { return job_status{}; },
      [](atom::status) { return job_status{}; },
      [](const open_query&) { return open_slots{}; },
      [](atom::tick) {},
    };
  });
}

} // namespace pixmill::test
