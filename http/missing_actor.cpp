#include "http/missing_actor.hpp"

#include <httplib.h>

#include "http/actor_selection.hpp"
#include "http/answer.hpp"

namespace pixmill::http {

void send_missing_actor(httplib::Response& to, const std::string& id,
                        const actor_survey& survey) {
  const auto address = actor_address_from(id);
  for (const auto& each : survey.silent)
    if (address && address->node == each.node)
      return send_problem(to, {503, "node-silent", "The node does not answer",
                               each.node + ": no answer, busy since "
                                 + to_rfc3339(unix_now() - each.since.count()),
                               1});
  send_problem(to, {404, "no-such-actor", "There is no such actor",
                    id + ": none, or none any more", 0});
}

} // namespace pixmill::http
