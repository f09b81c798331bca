#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <caf/meta/type_name.hpp>

#include "actors/messages.hpp"

/// The values by which a head looks into its nodes; see messages.hpp. None of
/// them grows with the work that a node has: what could be long comes in parts.
namespace pixmill::actors {

/// Which part of a node's actors is wanted.
struct actor_page_query {
  std::uint64_t after = 0; ///< Only those with a larger number.
  std::uint32_t limit = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, actor_page_query& x) {
  return f(caf::meta::type_name("pixmill::actor_page_query"), x.after, x.limit);
}

/// Some actors of a node, by their numbers.
struct actor_page {
  std::vector<actor_report> actors{};
  bool more = false; ///< There are some behind the last of these.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, actor_page& x) {
  return f(caf::meta::type_name("pixmill::actor_page"), x.actors, x.more);
}

/// Asks for all that is known of one actor.
struct actor_query {
  std::uint64_t id = 0;
  std::int64_t patience_ms = 0; ///< How long to wait for its own answer.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, actor_query& x) {
  return f(caf::meta::type_name("pixmill::actor_query"), x.id, x.patience_ms);
}

/// How often a message came, and how long it was handled.
struct handler_report {
  std::string message{};
  std::uint64_t count = 0;
  std::int64_t total_us = 0;
  std::int64_t longest_us = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, handler_report& x) {
  return f(caf::meta::type_name("pixmill::handler_report"), x.message, x.count,
           x.total_us, x.longest_us);
}

/// Something that an actor came to.
struct event_report {
  std::int64_t ago_ms = 0;
  std::string text{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, event_report& x) {
  return f(caf::meta::type_name("pixmill::event_report"), x.ago_ms, x.text);
}

/// All that is known of one actor.
struct actor_view {
  bool found = false;
  actor_report report{};
  std::vector<handler_report> handlers{};
  std::vector<event_report> events{};
  bool answered = false; ///< It took a message with high priority in time.
  std::int64_t took_us = 0;
  std::uint64_t mailbox = 0; ///< When it answered.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, actor_view& x) {
  return f(caf::meta::type_name("pixmill::actor_view"), x.found, x.report,
           x.handlers, x.events, x.answered, x.took_us, x.mailbox);
}

/// Begins a trace under an id that is new; see telemetry::trace_order.
struct trace_request {
  std::string id{};
  std::uint64_t actor = 0; ///< 0: every actor that works for `job`.
  std::string job{};
  std::uint32_t limit = 0;
  std::int64_t time_ms = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, trace_request& x) {
  return f(caf::meta::type_name("pixmill::trace_request"), x.id, x.actor, x.job,
           x.limit, x.time_ms);
}

/// Asks for what a trace has seen.
struct trace_query {
  std::string id{};
  std::uint64_t seen = 0; ///< From this message on.
  std::uint32_t limit = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, trace_query& x) {
  return f(caf::meta::type_name("pixmill::trace_query"), x.id, x.seen, x.limit);
}

/// One message that an actor has handled.
struct traced_report {
  std::int64_t at_us = 0; ///< Unix time.
  std::string from{};     ///< See telemetry::traced_message.
  std::uint64_t to = 0;
  std::string what{};
  std::int64_t took_us = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, traced_report& x) {
  return f(caf::meta::type_name("pixmill::traced_report"), x.at_us, x.from,
           x.to, x.what, x.took_us);
}

/// What a trace has seen.
struct trace_view {
  bool known = false;
  std::vector<traced_report> messages{};
  bool ended = false;   ///< After `messages`, nothing more comes.
  std::uint8_t end = 0; ///< A telemetry::trace_end.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, trace_view& x) {
  return f(caf::meta::type_name("pixmill::trace_view"), x.known, x.messages,
           x.ended, x.end);
}

/// What a node knows of one origin; see net::origin_load.
struct origin_load_view {
  std::string origin{};
  std::uint64_t active = 0;
  std::uint64_t waiting = 0;
  std::uint64_t limit = 0;
  std::uint64_t done = 0;
  std::uint64_t errors = 0;
  std::int64_t p50_ms = 0;
  std::int64_t p99_ms = 0;
  std::int64_t pause_ms = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, origin_load_view& x) {
  return f(caf::meta::type_name("pixmill::origin_load_view"), x.origin,
           x.active, x.waiting, x.limit, x.done, x.errors, x.p50_ms, x.p99_ms,
           x.pause_ms);
}

/// What a node knows of origins, those with work in front.
struct origins_view {
  bool known = false; ///< Its download engine answered in time.
  std::vector<origin_load_view> origins{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, origins_view& x) {
  return f(caf::meta::type_name("pixmill::origins_view"), x.known, x.origins);
}

/// How far the images of a node are.
struct stage_report {
  std::uint64_t downloading = 0;
  std::uint64_t downloads_waiting = 0;
  std::uint64_t compressing = 0;
  std::uint64_t compressions_waiting = 0;
  std::uint64_t codec_processes = 0;
  std::uint64_t storing = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, stage_report& x) {
  return f(caf::meta::type_name("pixmill::stage_report"), x.downloading,
           x.downloads_waiting, x.compressing, x.compressions_waiting,
           x.codec_processes, x.storing);
}

} // namespace pixmill::actors
