#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <caf/meta/type_name.hpp>

#include "model/failure.hpp"
#include "model/job.hpp"

namespace pixmill {

/// What became of an event. Stored and sent: append, never renumber.
enum class delivery_state : std::uint8_t {
  pending,
  delivered, ///< The receiver has answered 2xx.
  failed,    ///< Every attempt of the schedule has failed.
  disabled,  ///< The receiver has answered 410, to this event or another.
};

/// Returns `pending`, `delivered`, …
std::string_view to_string(delivery_state state) noexcept;

/// One attempt to deliver an event.
struct delivery_attempt {
  unix_ms at = 0;
  std::uint16_t status = 0; ///< Of the answer; 0: there was none.
  failure why;              ///< Nothing: delivered.
  std::uint32_t milliseconds = 0;

  bool operator==(const delivery_attempt&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, delivery_attempt& x) {
  return f(caf::meta::type_name("pixmill::delivery_attempt"), x.at, x.status,
           x.why, x.milliseconds);
}

/// One event of a job on its way to the job's webhook. Kept for as long as the
/// job is; the log of its attempts, too.
struct delivery {
  /// Attempts that are remembered; of more, the last.
  static constexpr std::size_t most_attempts = 50;

  std::string id;        ///< `evt_` and a ULID: the `webhook-id`.
  job_record job;        ///< As it was when it settled.
  job_counters counters; ///< Then.
  unix_ms created_at = 0;
  delivery_state state = delivery_state::pending;
  unix_ms next_at = 0;     ///< When the next attempt is due; 0: never.
  std::uint32_t tries = 0; ///< Since it was created, or replayed by hand.
  std::vector<delivery_attempt> attempts; ///< Oldest first.

  /// Returns `job.completed`, `job.failed`, …
  std::string type() const;

  bool operator==(const delivery&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, delivery& x) {
  return f(caf::meta::type_name("pixmill::delivery"), x.id, x.job, x.counters,
           x.created_at, x.state, x.next_at, x.tries, x.attempts);
}

/// Returns the event that says that `job` has settled, due at once.
delivery settled_event(const job_record& job, const job_counters& counters,
                       unix_ms now);

/// An event that is due some time; what the outbox knows of it.
struct outbox_entry {
  std::string event;
  std::string job;
  std::string url;
  unix_ms due = 0;
  std::uint32_t tries = 0;

  bool operator==(const outbox_entry&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, outbox_entry& x) {
  return f(caf::meta::type_name("pixmill::outbox_entry"), x.event, x.job, x.url,
           x.due, x.tries);
}

/// Returns what the outbox knows of `x`.
outbox_entry entry_of(const delivery& x);

/// What a delivery says about the receiver itself.
enum class receiver_mark : std::uint8_t {
  none,
  gone, ///< It wants no more events.
  back, ///< Somebody says that it does.
};

} // namespace pixmill
