#include "model/delivery.hpp"

namespace pixmill {

std::string_view to_string(delivery_state state) noexcept {
  switch (state) {
  case delivery_state::pending:
    return "pending";
  case delivery_state::delivered:
    return "delivered";
  case delivery_state::failed:
    return "failed";
  case delivery_state::disabled:
    return "disabled";
  }
  return "unknown";
}

std::string delivery::type() const {
  return "job." + std::string{to_string(job.state)};
}

delivery settled_event(const job_record& job, const job_counters& counters,
                       unix_ms now) {
  return {.id = new_id("evt_", now),
          .job = job,
          .counters = counters,
          .created_at = now,
          .state = delivery_state::pending,
          .next_at = now,
          .tries = 0,
          .attempts = {}};
}

outbox_entry entry_of(const delivery& x) {
  return {.event = x.id,
          .job = x.job.id,
          .url = x.job.options.webhook_url,
          .due = x.next_at,
          .tries = x.tries};
}

} // namespace pixmill
