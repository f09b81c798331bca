#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <caf/meta/type_name.hpp>

#include "model/compress_goal.hpp"
#include "model/outcome.hpp"

namespace pixmill {

/// Where a job stands; the words of the public contract. Stored and sent:
/// append, never renumber.
enum class job_state : std::uint8_t {
  queued,
  running,
  paused,
  canceling,
  completed,
  completed_with_errors,
  failed,
  canceled,
};

/// Returns `queued`, `completed_with_errors`, …
std::string_view to_string(job_state state) noexcept;

/// Returns whether the job has settled; only a retry wakes it again.
constexpr bool is_terminal(job_state state) noexcept {
  return state >= job_state::completed;
}

/// What happens to a file with invalid cells.
enum class invalid_policy : std::uint8_t { reject, skip };

/// Which headers hold what, where the caller says so; empty: find out.
struct column_names {
  std::string serial;
  std::string name;
  std::string urls;

  bool operator==(const column_names&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, column_names& x) {
  return f(caf::meta::type_name("pixmill::column_names"), x.serial, x.name,
           x.urls);
}

/// What a caller may say about a job; see the contract's "Job options".
struct job_options {
  std::string name;
  invalid_policy on_invalid = invalid_policy::reject;
  compress_goal goal;
  column_names columns;
  bool assume_https = false;
  /// The job fails when more than this share of its slots failed, in ppm.
  std::uint32_t max_failure_ppm = 1'000'000;
  /// From acceptance to the end; zero: none.
  std::chrono::seconds deadline{0};
  std::int8_t priority = 0; ///< -10 to 10.
  std::string webhook_url;
  bool webhook_full = false;

  bool operator==(const job_options&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_options& x) {
  return f(caf::meta::type_name("pixmill::job_options"), x.name, x.on_invalid,
           x.goal, x.columns, x.assume_https, x.max_failure_ppm, x.deadline,
           x.priority, x.webhook_url, x.webhook_full);
}

/// How large a job is; known when its CSV has been read once.
struct job_totals {
  std::uint32_t rows = 0;
  std::uint64_t slots = 0;
  std::uint64_t unique = 0; ///< Different URLs.

  bool operator==(const job_totals&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_totals& x) {
  return f(caf::meta::type_name("pixmill::job_totals"), x.rows, x.slots,
           x.unique);
}

/// What the recorded outcomes of a job add up to.
struct job_counters {
  std::uint64_t done = 0;
  std::uint64_t kept_original = 0;
  std::uint64_t failed = 0;
  std::uint64_t skipped = 0;
  std::uint64_t canceled = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::map<std::string, std::uint64_t> failures; ///< By `failure::word`.
  std::map<std::string, std::uint64_t> nodes;    ///< Images by who made them.

  /// Returns how many slots have an outcome.
  std::uint64_t settled() const noexcept {
    return done + kept_original + failed + skipped + canceled;
  }

  /// Counts `x` in.
  void add(const outcome& x);

  /// Takes out what `add(x)` counted in.
  void remove(const outcome& x);

  bool operator==(const job_counters&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_counters& x) {
  return f(caf::meta::type_name("pixmill::job_counters"), x.done,
           x.kept_original, x.failed, x.skipped, x.canceled, x.bytes_in,
           x.bytes_out, x.failures, x.nodes);
}

/// Milliseconds since the Unix epoch; 0: not yet.
using unix_ms = std::int64_t;

/// Everything that is remembered of a job besides its CSV and its outcomes.
struct job_record {
  std::string id;          ///< `job_` and a ULID.
  std::string fingerprint; ///< Of CSV and options: the same work again.
  std::string source;      ///< File name or similar, for people.
  job_options options;
  job_totals totals;
  std::uint64_t csv_bytes = 0;
  job_state state = job_state::queued;
  failure why; ///< With `failed`.
  std::uint32_t attempt = 1;
  unix_ms created_at = 0;
  unix_ms started_at = 0;
  unix_ms finished_at = 0;
  /// What its sender called the request, to repeat it safely; empty: nothing.
  std::string submission_key{};
  std::string submission_hash{}; ///< Of the CSV and all options, in hex.
  std::string tenant{}; ///< Whose it is; empty: nobody's in particular.
  /// W3C `traceparent` of the submission, kept for whoever works on it; empty:
  /// none.
  std::string trace_parent{};

  bool operator==(const job_record&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_record& x) {
  return f(caf::meta::type_name("pixmill::job_record"), x.id, x.fingerprint,
           x.source, x.options, x.totals, x.csv_bytes, x.state, x.why,
           x.attempt, x.created_at, x.started_at, x.finished_at,
           x.submission_key, x.submission_hash, x.tenant, x.trace_parent);
}

/// Returns what stands for a slot of `job` that has no outcome of its own:
/// `pending` while the job lives, and once it has settled early `canceled`, or
/// `failed` with `deadline`. So an end writes one record, not millions.
outcome unanswered(const job_record& job);

/// Counts the slots of a settled job that have no outcome of their own.
void settle_rest(const job_record& job, job_counters& counters);

/// Returns a new id: `prefix` and a ULID of `now` and 80 random bits.
/// @see https://github.com/ulid/spec
std::string new_id(std::string_view prefix, unix_ms now);

/// Returns the wall clock.
unix_ms unix_now();

/// Returns `time` as RFC 3339 in UTC with milliseconds; empty for 0.
std::string to_rfc3339(unix_ms time);

} // namespace pixmill
