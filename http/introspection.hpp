#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "actors/messages.hpp"
#include "model/audit_entry.hpp"
#include "model/delivery.hpp"
#include "model/failure_group.hpp"
#include "model/rate_sample.hpp"
#include "telemetry/actor_record.hpp"
#include "telemetry/message_trace.hpp"

namespace pixmill::http {

/// How long a node or an actor has to answer those who look inside.
inline constexpr std::chrono::milliseconds look_timeout{500};

/// What the head's own node is called.
inline constexpr auto head_node = "head";

/// Where an actor is: `NODE:NUMBER`.
struct actor_address {
  std::string node;
  std::uint64_t id = 0;

  bool operator==(const actor_address&) const = default;

  std::string str() const {
    return node + ":" + std::to_string(id);
  }
};

/// The actors of one node at one moment.
struct node_actors {
  std::string node;
  std::vector<actors::actor_report> actors;
  /// It has not answered in time: the last word of it is so old.
  std::optional<std::chrono::milliseconds> silent{};
};

/// What came of a message with high priority to an actor.
struct actor_probe {
  bool answered = false;
  std::chrono::microseconds took{0};
  std::uint64_t mailbox = 0; ///< When it answered.
};

/// All that is known of one actor.
struct actor_inside {
  actors::actor_report report;
  telemetry::actor_detail detail;
  actor_probe probe;
};

/// One message that an actor of a node has handled.
struct node_message {
  std::string node;
  telemetry::traced_message message;
};

/// What one reader of a trace is told next.
struct trace_part {
  std::vector<node_message> messages;
  std::optional<telemetry::trace_end> end{}; ///< Then nothing more comes.
};

/// How far the images under way are.
struct stage_load {
  std::uint64_t downloading = 0;
  std::uint64_t downloads_waiting = 0;
  std::uint64_t compressing = 0;
  std::uint64_t compressions_waiting = 0;
  std::uint64_t codec_processes = 0;
  std::uint64_t storing = 0;
  bool latched = false; ///< The journal waits for the disk to have space.
};

/// The state of a head and its nodes as a whole.
struct head_overview {
  rate_sample recent;       ///< Over a window that ends now.
  std::uint64_t images = 0; ///< Settled since the start, as what follows.
  std::uint64_t failures = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  unix_ms since = 0; ///< When the process began.
  stage_load stages;
  std::size_t node_count = 0; ///< That are not lost.
  std::uint32_t cores = 1;
};

/// What one node knows of an origin (scheme, host and port).
struct origin_view {
  std::string origin;
  std::uint64_t active = 0;
  std::uint64_t waiting = 0;
  std::uint64_t limit = 0;
  std::uint64_t done = 0;
  std::uint64_t errors = 0;
  std::chrono::milliseconds p50{0};
  std::chrono::milliseconds p99{0};
  std::chrono::milliseconds pause{0}; ///< So long it is still left alone.
};

struct node_origins {
  std::string node;
  std::vector<origin_view> origins;
  /// It has not answered in time: the last word of it is so old.
  std::optional<std::chrono::milliseconds> silent{};
};

/// Rates over time, in equal steps; those in which the service did not run are
/// left out.
struct rate_stretch {
  std::int64_t step_s = 0;
  std::vector<rate_sample> steps; ///< Oldest first.
};

/// One setting as it is in force.
struct setting_view {
  std::string section;
  std::string key;
  std::string value; ///< Masked if secret.
  std::string source;
  std::string about;
};

/// What the routes of the console ask of a head and its nodes. Any thread may
/// call it; calls wait for their answer, for `look_timeout` at most.
class introspection {
public:
  virtual ~introspection() = default;

  /// Returns the actors of every node.
  virtual std::vector<node_actors> actors() = 0;

  /// Looks into one actor; nothing: there is none.
  virtual std::optional<actor_inside> actor(const actor_address& which) = 0;

  /// Ends an actor as if it had crashed.
  /// @returns Whether there was one.
  virtual bool kill(const actor_address& which) = 0;

  /// Begins a trace under an id that is new: of an actor of that node, or of
  /// all that work for a job, on any node.
  /// @returns False: as many run as may, or the node does not answer.
  virtual bool trace(const std::string& id, const std::string& node,
                     const telemetry::trace_order& order) = 0;

  /// Returns what a trace has seen from message `seen` on; waits up to
  /// `longest` for something. Nothing: there is no such trace.
  virtual std::optional<trace_part>
  traced(const std::string& id, std::size_t seen,
         std::chrono::milliseconds longest) = 0;

  virtual head_overview overview() = 0;

  /// Returns what every node knows of origins, those with work in front.
  virtual std::vector<node_origins> origins() = 0;

  /// Returns what all nodes together may have under way at origins, by name.
  virtual std::vector<actors::origin_status> origin_budgets() = 0;

  /// Returns the failed items of one job, or of all, in groups. Those of hosts
  /// that were not counted in time are in groups without a host.
  /// @param job Empty: all.
  virtual caf::expected<std::vector<failure_group>>
  failures(const std::string& job) = 0;

  /// Returns the main rates between two times, seconds since 1970, in about
  /// `points` steps.
  virtual caf::expected<rate_stretch>
  history(std::int64_t from_s, std::int64_t to_s, std::size_t points) = 0;

  /// Makes durable that somebody did something.
  virtual caf::expected<caf::unit_t> audit(audit_entry entry) = 0;

  /// Returns at most `limit` entries of the audit log, newest first.
  /// @param before Only those older than this one; empty: all.
  virtual caf::expected<std::vector<audit_entry>>
  audited(const std::string& before, std::size_t limit) = 0;

  /// Returns at most `limit` events of all jobs, newest first.
  /// @param before Only those older than this one; empty: all.
  /// @param state  Only those in it; nothing: in any.
  /// @param next   Is set to where the next page begins, if there is one. A
  ///               page may be short, and not the last.
  virtual caf::expected<std::vector<delivery>>
  deliveries(const std::string& before, std::optional<delivery_state> state,
             std::size_t limit, std::string& next) = 0;

  /// Returns the settings in force.
  virtual std::vector<setting_view> settings() = 0;
};

} // namespace pixmill::http
