#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <caf/meta/type_name.hpp>

#include "actors/node_messages.hpp"
#include "actors/origin_messages.hpp"
#include "model/api_token.hpp"
#include "model/audit_entry.hpp"
#include "model/compress_goal.hpp"
#include "model/delivery.hpp"
#include "model/job.hpp"
#include "model/outcome.hpp"

/// The values that actors send each other. Durations and fractions are
/// integers: doubles and clock readings do not cross nodes.
namespace pixmill::actors {

/// Number of a lease within its job, from 1; never reused by that job.
using lease_id = std::uint64_t;

// -- work ---------------------------------------------------------------------

/// One slot to be done.
struct slot_task {
  slot_id slot;
  std::string url;
  std::uint16_t attempts = 0; ///< Made so far.

  bool operator==(const slot_task&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, slot_task& x) {
  return f(caf::meta::type_name("pixmill::slot_task"), x.slot, x.url,
           x.attempts);
}

/// Some slots of one row, leased to one node.
struct row_task {
  std::string job;
  lease_id lease = 0;
  std::vector<slot_task> slots; ///< All of the same row, at least one.
  compress_goal goal;
  std::string trace_parent{};     ///< Of the job; empty: none.
  incarnation_id incarnation = 0; ///< Of the node that it is leased to.
  /// Lets the node hand results in at the head; empty: it needs none.
  std::string permit{};
  /// Of the node, for origins that it had no permits for so far.
  std::vector<origin_lease> origins{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, row_task& x) {
  return f(caf::meta::type_name("pixmill::row_task"), x.job, x.lease, x.slots,
           x.goal, x.trace_parent, x.incarnation, x.permit, x.origins);
}

/// What one slot came to on a node.
struct slot_report {
  slot_id slot;
  /// Terminal; `pending` when the job is to try again later; to a ROW also
  /// `storing`, when an IMAGE waits for space on the disk.
  outcome result;
  /// With `pending`: the pause to keep before the next attempt. With `storing`:
  /// how long this holds, time that counts against no deadline.
  std::int64_t retry_in_ms = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, slot_report& x) {
  return f(caf::meta::type_name("pixmill::slot_report"), x.slot, x.result,
           x.retry_in_ms);
}

/// Reports of one lease, as they come.
struct row_report {
  std::string job;
  /// 0: of a lease that is void; the node has stored what it reports, so that
  /// it counts where nobody else was first.
  lease_id lease = 0;
  incarnation_id incarnation = 0;
  std::vector<slot_report> slots;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, row_report& x) {
  return f(caf::meta::type_name("pixmill::row_report"), x.job, x.lease,
           x.incarnation, x.slots);
}

// -- credit -------------------------------------------------------------------

/// What a JOB says of itself when it has work.
struct work_call {
  std::string job;
  std::string tenant;
  std::int8_t priority = 0;
  /// The format that its nodes must be able to write; empty: any will do.
  std::string codec{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, work_call& x) {
  return f(caf::meta::type_name("pixmill::work_call"), x.job, x.tenant,
           x.priority, x.codec);
}

/// Room for slots on one node, reserved for one job.
struct credit_grant {
  incarnation_id incarnation = 0;
  std::uint32_t slots = 0;
  /// Origins that the node must have no more tasks of for now.
  std::vector<std::string> closed{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, credit_grant& x) {
  return f(caf::meta::type_name("pixmill::credit_grant"), x.incarnation,
           x.slots, x.closed);
}

/// What a job makes of a grant: tasks for at most as many slots, or none when
/// it has nothing to do now.
struct task_offer {
  std::string job;
  credit_grant grant;
  std::vector<row_task> tasks;
  /// With no tasks: there is work, but for another node than this one, or
  /// later.
  bool elsewhere = false;
  /// Closed origins that there would have been tasks of.
  std::vector<std::string> skipped{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, task_offer& x) {
  return f(caf::meta::type_name("pixmill::task_offer"), x.job, x.grant, x.tasks,
           x.elsewhere, x.skipped);
}

/// Slots of a node that became free.
struct credit_return {
  incarnation_id incarnation = 0;
  /// All together under this number: one that is lost, or late, does no harm.
  std::uint64_t returned = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, credit_return& x) {
  return f(caf::meta::type_name("pixmill::credit_return"), x.incarnation,
           x.returned);
}

/// A node whose leases are void: it died, froze, or came back as another.
struct node_lost {
  incarnation_id incarnation = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_lost& x) {
  return f(caf::meta::type_name("pixmill::node_lost"), x.incarnation);
}

/// Leases of a job that are void: their rows stop at once.
struct lease_revocation {
  std::string job;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, lease_revocation& x) {
  return f(caf::meta::type_name("pixmill::lease_revocation"), x.job);
}

// -- jobs ---------------------------------------------------------------------

/// What can be done to a job from outside.
enum class job_verb : std::uint8_t { pause, resume, cancel, retry };

/// A command to one job. The filters are `retry`'s; empty: all that failed.
struct job_command {
  std::string job;
  job_verb verb = job_verb::pause;
  std::vector<std::string> codes; ///< Failure words, such as `http_503`.
  std::vector<std::string> hosts;
  std::uint64_t limit = 0; ///< Most slots to retry; 0: all.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_command& x) {
  return f(caf::meta::type_name("pixmill::job_command"), x.job, x.verb, x.codes,
           x.hosts, x.limit);
}

/// Where a job stands.
struct job_status {
  job_record record;
  job_counters counters;
  std::uint64_t active = 0;  ///< Slots handed out and not settled.
  std::uint64_t pending = 0; ///< Slots neither settled nor handed out.
  std::string waits_for{};   ///< What keeps it from going on; empty: nothing.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_status& x) {
  return f(caf::meta::type_name("pixmill::job_status"), x.record, x.counters,
           x.active, x.pending, x.waits_for);
}

/// Asks which slots of a job have no outcome yet, from one slot on.
struct open_query {
  std::string job;
  slot_id first;
  std::uint32_t limit = 1024; ///< Most slots that wait.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, open_query& x) {
  return f(caf::meta::type_name("pixmill::open_query"), x.job, x.first,
           x.limit);
}

/// The slots that a JOB has in hand, in order. Those of rows that it has not
/// read yet are in neither list.
struct open_slots {
  std::vector<slot_id> active;  ///< Handed out.
  std::vector<slot_id> waiting; ///< Read, not handed out; at most `limit`.
  std::uint32_t rows_read = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, open_slots& x) {
  return f(caf::meta::type_name("pixmill::open_slots"), x.active, x.waiting,
           x.rows_read);
}

// -- truth --------------------------------------------------------------------

/// One chunk of a CSV that is being submitted.
struct csv_chunk {
  std::string job;
  std::uint32_t index = 0;
  std::string bytes;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, csv_chunk& x) {
  return f(caf::meta::type_name("pixmill::csv_chunk"), x.job, x.index, x.bytes);
}

/// Asks for one chunk of a stored CSV.
struct chunk_query {
  std::string job;
  std::uint32_t index = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, chunk_query& x) {
  return f(caf::meta::type_name("pixmill::chunk_query"), x.job, x.index);
}

/// The outcome of one slot on its way into the journal.
struct slot_result {
  slot_id slot;
  outcome result;
  /// The slot whose outcome this one takes over, because it has the same URL;
  /// row 0: none, `result` counts.
  slot_id same_as;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, slot_result& x) {
  return f(caf::meta::type_name("pixmill::slot_result"), x.slot, x.result,
           x.same_as);
}

/// Outcomes of one job to be made durable.
struct commit_request {
  std::string job;
  std::vector<slot_result> slots;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, commit_request& x) {
  return f(caf::meta::type_name("pixmill::commit_request"), x.job, x.slots);
}

/// The outcomes are durable.
struct commit_receipt {
  job_counters counters;      ///< Of the whole job, this commit included.
  std::uint32_t repeated = 0; ///< Slots that had an outcome already.
  /// Slots whose file, which a node has stored itself, is not there: they have
  /// no outcome.
  std::vector<slot_id> missing{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, commit_receipt& x) {
  return f(caf::meta::type_name("pixmill::commit_receipt"), x.counters,
           x.repeated, x.missing);
}

/// Asks which slots of a job have an outcome, from one slot on.
struct settled_query {
  std::string job;
  slot_id first;
  std::uint32_t limit = 4096;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, settled_query& x) {
  return f(caf::meta::type_name("pixmill::settled_query"), x.job, x.first,
           x.limit);
}

/// A slot with an outcome.
struct settled_slot {
  slot_id slot;
  bool has_file = false; ///< Another slot with its URL may take it over.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, settled_slot& x) {
  return f(caf::meta::type_name("pixmill::settled_slot"), x.slot, x.has_file);
}

/// Slots with an outcome, in order; `last` when no more follow.
struct settled_page {
  std::vector<settled_slot> slots;
  bool last = false;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, settled_page& x) {
  return f(caf::meta::type_name("pixmill::settled_page"), x.slots, x.last);
}

/// What the journal knows of a job.
struct job_truth {
  job_record record;
  job_counters counters;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_truth& x) {
  return f(caf::meta::type_name("pixmill::job_truth"), x.record, x.counters);
}

// -- webhooks -----------------------------------------------------------------

/// An event that came further, on its way into the journal.
struct delivery_update {
  delivery event;
  receiver_mark mark = receiver_mark::none;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, delivery_update& x) {
  return f(caf::meta::type_name("pixmill::delivery_update"), x.event, x.mark);
}

/// What one request of the NOTIFIER came to.
struct post_result {
  std::uint64_t ticket = 0;
  std::uint16_t status = 0; ///< 0: there was no answer.
  failure why;
  std::int64_t retry_after_ms = 0; ///< 0: the receiver named none.
  std::int64_t took_ms = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, post_result& x) {
  return f(caf::meta::type_name("pixmill::post_result"), x.ticket, x.status,
           x.why, x.retry_after_ms, x.took_ms);
}

/// What a test of a webhook came to.
struct webhook_ping {
  std::string event; ///< The `webhook-id` that was sent.
  delivery_attempt attempt;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, webhook_ping& x) {
  return f(caf::meta::type_name("pixmill::webhook_ping"), x.event, x.attempt);
}

// -- introspection ------------------------------------------------------------

/// What an actor says of itself when asked; see telemetry::actor_snapshot.
struct actor_report {
  std::uint64_t id = 0;
  std::uint64_t parent = 0;
  std::string kind;
  std::string label;
  std::string state;
  std::int64_t age_ms = 0;
  std::uint64_t mailbox = 0;
  std::uint64_t messages = 0;
  std::string job{};
  std::int64_t busy_ms = 0;
  std::int64_t busy_total_us = 0;
  std::int64_t bytes_held = -1; ///< -1: it does not say.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, actor_report& x) {
  return f(caf::meta::type_name("pixmill::actor_report"), x.id, x.parent,
           x.kind, x.label, x.state, x.age_ms, x.mailbox, x.messages, x.job,
           x.busy_ms, x.busy_total_us, x.bytes_held);
}

} // namespace pixmill::actors
