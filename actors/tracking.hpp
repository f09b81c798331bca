#pragma once

#include "actors/messages.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::actors {

/// Marks the handling of one message in the actor's registry entry; the first
/// line of every handler. `state` offers `record()`.
template <class Self>
[[nodiscard]] telemetry::actor_record::handling handling(Self* self) {
  auto& record = self->state.record();
  record.set_mailbox(self->mailbox().size());
  return telemetry::actor_record::handling{record};
}

/// Answers `inspect` from the actor's registry entry.
template <class Self>
actor_report report_of(Self* self) {
  const auto guard = handling(self);
  const auto seen = self->state.record().snapshot();
  return {.id = seen.id,
          .parent = seen.parent,
          .kind = telemetry::to_string(seen.kind),
          .label = seen.label,
          .state = seen.state,
          .age_ms = seen.age.count(),
          .mailbox = seen.mailbox,
          .messages = seen.messages};
}

} // namespace pixmill::actors
