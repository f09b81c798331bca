#pragma once

#include <caf/fwd.hpp>

#include "actors/messages.hpp"
#include "telemetry/actor_registry.hpp"
#include "telemetry/message_trace.hpp"

namespace pixmill::actors {

/// Returns what the message that an actor is handling is called: the first of
/// its parts, an atom or a type. Cheap for all but the first of its kind.
telemetry::message_kind message_of(caf::local_actor& self,
                                   const telemetry::actor_record& record);

/// Returns who sent the message that an actor is handling: `NODE:NUMBER` on
/// another node, `NUMBER` on this one; empty: nobody known.
std::string sender_of(caf::local_actor& self);

/// Returns what an actor says of itself.
actor_report to_report(telemetry::actor_snapshot seen);

/// Marks the handling of one message in the actor's registry entry; the first
/// line of every handler. `state` offers `record()`.
class tracked_handling {
public:
  tracked_handling(caf::local_actor& self, telemetry::actor_record& record)
      : marked_{record, message_of(self, record)} {
    auto& traces = telemetry::message_traces::instance();
    if (traces.armed() && traces.wants(record))
      marked_.came_from(sender_of(self));
  }

private:
  telemetry::actor_record::handling marked_;
};

template <class Self>
[[nodiscard]] tracked_handling handling(Self* self) {
  auto& record = self->state.record();
  record.set_mailbox(self->mailbox().size());
  return {*self, record};
}

/// Answers `inspect` from the actor's registry entry.
template <class Self>
actor_report report_of(Self* self) {
  const auto guard = handling(self);
  return to_report(self->state.record().snapshot());
}

/// Returns what leads from an actor's registry entry back to the actor; see
/// `inspector`.
template <class Self>
void* handle_of(Self* self) {
  return self->ctrl();
}

} // namespace pixmill::actors
