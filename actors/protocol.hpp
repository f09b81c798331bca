#pragma once

#include <string>
#include <vector>

#include <caf/actor_control_block.hpp>
#include <caf/replies_to.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

#include "actors/inspection_messages.hpp"
#include "actors/messages.hpp"

/// Who says what to whom. Commands go down and are answered; outcomes go up,
/// once. Nothing is sent without a credit: mailboxes have no bound.
namespace pixmill::actors {

/// Version of all that is said between nodes: raised with any change of a
/// message or of what it means. Nodes of different versions do not join.
inline constexpr std::uint32_t protocol_version = 2;

namespace atom {

using inspect = caf::atom_constant<caf::atom("inspect")>;
using status = caf::atom_constant<caf::atom("status")>;
using attempt = caf::atom_constant<caf::atom("attempt")>;
using cancel = caf::atom_constant<caf::atom("cancel")>;
using tick = caf::atom_constant<caf::atom("tick")>;
using flush = caf::atom_constant<caf::atom("flush")>;
using restore = caf::atom_constant<caf::atom("restore")>;
using erase = caf::atom_constant<caf::atom("erase")>;
using update = caf::atom_constant<caf::atom("update")>;
using accept = caf::atom_constant<caf::atom("accept")>;
using settled = caf::atom_constant<caf::atom("settled")>;
using list = caf::atom_constant<caf::atom("list")>;
using wake = caf::atom_constant<caf::atom("wake")>;
using synced = caf::atom_constant<caf::atom("synced")>;
using tidy = caf::atom_constant<caf::atom("tidy")>;
using revoke = caf::atom_constant<caf::atom("revoke")>;
using listen = caf::atom_constant<caf::atom("listen")>;
using replay = caf::atom_constant<caf::atom("replay")>;
using ping = caf::atom_constant<caf::atom("ping")>;
using link = caf::atom_constant<caf::atom("link")>;
using leave = caf::atom_constant<caf::atom("leave")>;
using salvage = caf::atom_constant<caf::atom("salvage")>;
using sample = caf::atom_constant<caf::atom("sample")>;
using kill = caf::atom_constant<caf::atom("kill")>;
using origins = caf::atom_constant<caf::atom("origins")>;
using load = caf::atom_constant<caf::atom("load")>;
using look = caf::atom_constant<caf::atom("look")>;
using hindered = caf::atom_constant<caf::atom("hindered")>;

} // namespace atom

/// Every actor answers it with high priority.
using inspected = caf::replies_to<atom::inspect>::with<actor_report>;

/// One per URL of a row on a node: its stages, one attempt at a time.
using image_actor =
  caf::typed_actor<inspected,
                   // ROW: make one attempt; its slot_report comes back as a
                   // message.
                   caf::reacts_to<atom::attempt>,
                   // ROW: stop what is under way, report nothing, end.
                   caf::reacts_to<atom::cancel>>;

/// One per lease on a node: its slots, short retries, deadline.
using row_actor = caf::typed_actor<
  inspected,
  // IMAGE: the attempt came to this; `retry_in_ms` is the origin's wish.
  caf::reacts_to<slot_report>,
  // WORKER: the lease is void; stop at once and report nothing.
  caf::reacts_to<atom::cancel>,
  // WORKER: the lease is void; stop all but what only waits to be stored.
  caf::reacts_to<atom::salvage>,
  // Itself: the pause of a slot is over.
  caf::reacts_to<atom::attempt, std::uint16_t>,
  // Itself: look at the deadline.
  caf::reacts_to<atom::tick>>;

/// One per CSV: its window of rows, leases, counters, state machine, dedupe.
using job_actor = caf::typed_actor<
  inspected,
  // SUPERVISOR: read the sheet, from the journal's point of view, and run.
  caf::reacts_to<atom::restore>,
  // DISPATCHER: room on a node; answered by a task_offer to the DISPATCHER.
  caf::reacts_to<credit_grant>,
  // WORKER: outcomes; true once they are durable, or when they are too late.
  // False: the lease is void, and what was reported is ignored.
  caf::replies_to<row_report>::with<bool>,
  // DISPATCHER: leases of that node are void; their slots go back.
  caf::reacts_to<node_lost>,
  // DISPATCHER: no node can do it, for want of this; empty: one can.
  caf::reacts_to<atom::hindered, std::string>,
  // SUPERVISOR: pause, resume, cancel; the new status once it is durable.
  caf::replies_to<job_command>::with<job_status>,
  // Anyone.
  caf::replies_to<atom::status>::with<job_status>,
  // SUPERVISOR: which slots are not settled?
  caf::replies_to<open_query>::with<open_slots>,
  // Itself: deferred slots, the deadline.
  caf::reacts_to<atom::tick>>;

/// One per node: its rows, its credit, its incarnation.
using worker_actor =
  caf::typed_actor<inspected,
                   // DISPATCHER: do it, and report to that JOB.
                   caf::reacts_to<row_task, job_actor>,
                   // DISPATCHER: these leases are void.
                   caf::reacts_to<lease_revocation>,
                   // ROW: outcomes of its slots, to be passed on to the JOB.
                   caf::reacts_to<row_report>,
                   // DISPATCHER: origins that are to be left alone.
                   caf::reacts_to<origin_leases>,
                   // The fetcher: something waits for a permit.
                   caf::reacts_to<atom::look>,
                   // The fetcher: how things are at origins.
                   caf::reacts_to<origin_report>,
                   // The cluster's link: the head's DISPATCHER; join it.
                   caf::reacts_to<atom::link, caf::strong_actor_ptr>,
                   // The store: what a result to hand in names is stored.
                   caf::reacts_to<atom::settled, std::string, slot_id, bool>,
                   // DISPATCHER, main: take no work, finish what there is, end.
                   caf::reacts_to<atom::leave>,
                   // Itself: say that this node lives.
                   caf::reacts_to<atom::tick>>;

/// One per head: credit of every node, fairness between jobs.
using dispatcher_actor = caf::typed_actor<
  inspected,
  // WORKER: here I am, with this much room.
  caf::replies_to<node_description, worker_actor>::with<void>,
  // WORKER: I live, and so do my leases. False: you are not
  // known, or lost; drop every lease and join anew.
  caf::replies_to<load_report>::with<bool>,
  // WORKER: so many slots became free.
  caf::reacts_to<credit_return>,
  // WORKER: how I am doing at origins; what changes of my
  // permits for them.
  caf::replies_to<origin_report>::with<origin_leases>,
  // WORKER: results of void leases, lease 0. False: their job
  // does not run, or not yet.
  caf::replies_to<row_report>::with<bool>,
  // WORKER: give me nothing more; answered when I have
  // nothing left, and from then on I am forgotten.
  caf::replies_to<atom::leave, incarnation_id>::with<void>,
  // Front ends: the nodes, also those lost of late.
  caf::replies_to<atom::list>::with<std::vector<node_status>>,
  // Front ends: the origins.
  caf::replies_to<atom::origins>::with<std::vector<origin_status>>,
  // Front ends: drain a node, or let it take work again.
  caf::replies_to<node_command>::with<node_status>,
  // JOB: I have work; send grants until I offer nothing.
  caf::reacts_to<work_call, job_actor>,
  // JOB: what I make of a grant.
  caf::reacts_to<task_offer>,
  // JOB: void my leases everywhere, and forget me.
  caf::reacts_to<lease_revocation>,
  // Itself: which nodes went silent?
  caf::reacts_to<atom::tick>>;

/// One per head: events on their way to the jobs' webhooks.
using notifier_actor = caf::typed_actor<
  inspected,
  // JOURNAL: an event is durable.
  caf::reacts_to<outbox_entry>,
  // Front ends, once: deliver, also what an earlier life has left.
  caf::replies_to<atom::restore>::with<void>,
  // Front ends: deliver an event once more, and ask its receiver again even if
  // it wanted no more; the event as it stands then.
  caf::replies_to<atom::replay, std::string>::with<delivery>,
  // Front ends: send a test to this URL, and tell what came of it.
  caf::replies_to<atom::ping, std::string>::with<webhook_ping>,
  // The transport: what one request came to.
  caf::reacts_to<post_result>,
  // Itself: is something due?
  caf::reacts_to<atom::tick>>;

/// One per head: the journal's only writer. Every answer means "on disk".
using journal_actor = caf::typed_actor<
  inspected,
  // SUPERVISOR: one chunk of a CSV that is being submitted.
  caf::replies_to<csv_chunk>::with<void>,
  // SUPERVISOR: the job is accepted; its CSV, if no chunk of it was sent.
  caf::replies_to<atom::accept, job_record, std::string>::with<void>,
  // SUPERVISOR, JOB: the job's record changed.
  caf::replies_to<atom::update, job_record>::with<void>,
  // JOB: outcomes; the first write of a slot wins.
  caf::replies_to<commit_request>::with<commit_receipt>,
  // SUPERVISOR: forget the outcomes that match, and store the next attempt.
  caf::replies_to<job_command>::with<job_truth>,
  // SUPERVISOR: remove a job, or the chunks of one never accepted.
  caf::replies_to<atom::erase, std::string>::with<void>,
  // Front ends: this token counts.
  caf::replies_to<api_token>::with<void>,
  // Front ends: the token of this id counts no more; whether there was one.
  caf::replies_to<atom::revoke, std::string>::with<bool>,
  // Front ends: somebody did something.
  caf::replies_to<audit_entry>::with<void>,
  // Itself: what were the rates?
  caf::reacts_to<atom::sample>,
  // NOTIFIER: an event came further.
  caf::replies_to<delivery_update>::with<void>,
  // NOTIFIER, once: tell me of each event from now on.
  caf::replies_to<atom::listen, notifier_actor>::with<void>,
  // Itself: expire jobs and purge erased ones, the next bit; only the last
  // such message counts.
  caf::reacts_to<atom::tidy, std::uint64_t>,
  // Itself: the interval of a group commit is over.
  caf::reacts_to<atom::flush>,
  // The images' store: all files are durable that were there when this was
  // asked for; or why they are not.
  caf::reacts_to<atom::synced, caf::error>,
  // Itself: has space come back?
  caf::reacts_to<atom::tick>>;

/// One per head: reads what the JOURNAL has written.
using archive_actor =
  caf::typed_actor<inspected,
                   // SUPERVISOR: every job that is known.
                   caf::replies_to<atom::list>::with<std::vector<job_record>>,
                   // SUPERVISOR: one job.
                   caf::replies_to<atom::status, std::string>::with<job_truth>,
                   // JOB: one chunk of its CSV; empty past the end.
                   caf::replies_to<chunk_query>::with<std::string>,
                   // JOB: which slots are settled?
                   caf::replies_to<settled_query>::with<settled_page>>;

/// One per head: the job table, admission, restart.
using supervisor_actor = caf::typed_actor<
  inspected,
  // Front ends: one chunk of a CSV, under the id that the job will have.
  caf::replies_to<csv_chunk>::with<void>,
  // Front ends: the sheet is whole and valid; its bytes, if no chunk of it was
  // sent. Answered when durable.
  caf::replies_to<atom::accept, job_record, std::string>::with<job_status>,
  // Front ends: drop a submission, or purge a job.
  caf::replies_to<atom::erase, std::string>::with<void>,
  // Front ends: pause, resume, cancel, retry.
  caf::replies_to<job_command>::with<job_status>,
  // Front ends: where a job stands.
  caf::replies_to<atom::status, std::string>::with<job_status>,
  // Front ends: which slots of a job are not settled? Of a job that does not
  // run: none is in hand.
  caf::replies_to<open_query>::with<open_slots>,
  // Front ends: every job's record, oldest first.
  caf::replies_to<atom::list>::with<std::vector<job_record>>,
  // Front ends: run an unfinished job of an earlier life.
  caf::replies_to<atom::wake, std::string>::with<job_status>,
  // JOB: settled; this is its record.
  caf::reacts_to<atom::settled, job_record>,
  // Main, once: wake all unfinished jobs.
  caf::replies_to<atom::restore>::with<void>>;

/// One per node without a head of its own: what looks inside there. Asked by
/// the head's front ends, which wait for no answer longer than half a second.
using inspector_actor =
  caf::typed_actor<inspected,
                   // Some of the node's actors.
                   caf::replies_to<actor_page_query>::with<actor_page>,
                   // All that is known of one; it is asked itself as well.
                   caf::replies_to<actor_query>::with<actor_view>,
                   // End an IMAGE or a ROW as if it had crashed; whether there
                   // is such a one.
                   caf::replies_to<atom::kill, std::uint64_t>::with<bool>,
                   // Begin a trace. False: as many run as may.
                   caf::replies_to<trace_request>::with<bool>,
                   // What has a trace seen?
                   caf::replies_to<trace_query>::with<trace_view>,
                   // End a trace.
                   caf::reacts_to<atom::cancel, std::string>,
                   // What does the node know of origins?
                   caf::replies_to<atom::origins>::with<origins_view>,
                   // How far are the node's images?
                   caf::replies_to<atom::load>::with<stage_report>>;

} // namespace pixmill::actors

// Registered once, in this order, on every node: append only, and raise the
// protocol's version when a type changes.
CAF_BEGIN_TYPE_ID_BLOCK(pixmill, first_custom_type_id)

CAF_ADD_TYPE_ID(pixmill, (pixmill::failure))
CAF_ADD_TYPE_ID(pixmill, (pixmill::outcome))
CAF_ADD_TYPE_ID(pixmill, (pixmill::slot_id))
CAF_ADD_TYPE_ID(pixmill, (pixmill::compress_goal))
CAF_ADD_TYPE_ID(pixmill, (pixmill::column_names))
CAF_ADD_TYPE_ID(pixmill, (pixmill::job_options))
CAF_ADD_TYPE_ID(pixmill, (pixmill::job_totals))
CAF_ADD_TYPE_ID(pixmill, (pixmill::job_counters))
CAF_ADD_TYPE_ID(pixmill, (pixmill::job_record))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::slot_task))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::row_task))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::slot_report))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::row_report))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::credit_grant))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::task_offer))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::node_description))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::load_report))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::credit_return))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::node_lost))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::lease_revocation))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::job_command))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::job_status))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::csv_chunk))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::chunk_query))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::slot_result))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::commit_request))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::commit_receipt))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::settled_query))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::settled_page))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::job_truth))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::actor_report))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::job_actor))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::worker_actor))
CAF_ADD_TYPE_ID(pixmill, (std::vector<pixmill::job_record>))
CAF_ADD_TYPE_ID(pixmill, (pixmill::api_token))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::open_query))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::open_slots))
CAF_ADD_TYPE_ID(pixmill, (pixmill::delivery))
CAF_ADD_TYPE_ID(pixmill, (pixmill::outbox_entry))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::delivery_update))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::post_result))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::webhook_ping))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::notifier_actor))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::node_state))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::node_status))
CAF_ADD_TYPE_ID(pixmill, (std::vector<pixmill::actors::node_status>))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::node_command))
CAF_ADD_TYPE_ID(pixmill, (pixmill::audit_entry))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::actor_page_query))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::actor_page))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::actor_query))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::actor_view))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::trace_request))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::trace_query))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::trace_view))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::origins_view))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::stage_report))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::origin_lease))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::origin_leases))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::origin_state))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::origin_report))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::origin_status))
CAF_ADD_TYPE_ID(pixmill, (std::vector<pixmill::actors::origin_status>))
CAF_ADD_TYPE_ID(pixmill, (pixmill::actors::work_call))

CAF_END_TYPE_ID_BLOCK(pixmill)

namespace pixmill::actors {

/// Makes `config` know every message type above.
void register_messages(caf::actor_system_config& config);

} // namespace pixmill::actors
