#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "actors/messages.hpp"
#include "http/introspection.hpp"
#include "model/api_token.hpp"
#include "model/delivery.hpp"
#include "model/errc.hpp"
#include "model/failure.hpp"
#include "model/image_format.hpp"
#include "model/item.hpp"
#include "model/job.hpp"
#include "model/sheet.hpp"
#include "telemetry/metrics.hpp"

namespace pixmill::http {

/// A download, in pieces.
class text_source {
public:
  virtual ~text_source() = default;

  /// Appends some more to `out`.
  /// @returns Whether there is more to come.
  virtual caf::expected<bool> next(std::string& out) = 0;
};

/// A stored file.
class file_source {
public:
  virtual ~file_source() = default;

  /// In bytes.
  virtual std::uint64_t size() const noexcept = 0;

  /// Fills `to` with what stands from `offset` on.
  virtual caf::expected<caf::unit_t> read(std::uint64_t offset,
                                          std::span<char> to) const = 0;
};

enum class result_kind : std::uint8_t { results_csv, failed_csv, jsonl, zip };

/// How results are to be written.
struct result_style {
  result_kind kind = result_kind::results_csv;
  bool full = false;     ///< With the columns of a full report.
  bool csv_safe = false; ///< Cells that a spreadsheet would run, neutralised.
  std::string base_url;  ///< Stands before `/v1/files/…`; not in a ZIP.
};

/// What fetching the source of an item came to.
struct source_picture {
  std::shared_ptr<const std::string> bytes; ///< As sent; null: see `why`.
  image_format format = image_format::unknown;
  failure why;
};

/// An item at its place in the order in which those of its job have settled.
struct settled_item {
  std::uint64_t position = 0;
  item what; ///< Without its URL; not settled: a retry has taken it back.
};

/// Follows one job: no change between two waits is missed.
class job_watch {
public:
  virtual ~job_watch() = default;

  /// Returns when the job has changed since the last wait, or after `longest`.
  /// @returns Whether it has changed.
  virtual bool wait(std::chrono::milliseconds longest) = 0;
};

/// What the routes ask of a head: the SUPERVISOR for all that changes
/// something, the stores for what is read. Any thread may call it; calls wait
/// for their answer.
class backend {
public:
  virtual ~backend() = default;

  /// Stores one chunk of a CSV under the id that its job will have.
  /// @retval errc::disk_full, errc::store
  virtual caf::expected<caf::unit_t>
  put_chunk(const std::string& job, std::uint32_t index, std::string bytes) = 0;

  /// Reads a CSV that has been stored, and checks it.
  virtual caf::expected<sheet_summary> check(const std::string& job,
                                             const job_options& options) = 0;

  /// Returns what checks a sheet as `check` does; for one that is not stored.
  virtual sheet_validator validator(const job_options& options) = 0;

  /// Says whether another job of a tenant would be accepted now; waits for
  /// nobody.
  /// @retval errc::queue_full, errc::tenant_queue_full It would not.
  virtual caf::error room(const std::string& tenant) = 0;

  /// Accepts a job; durable on return.
  /// @param csv The whole CSV, if no chunk of it was put.
  virtual caf::expected<actors::job_status> accept(job_record job,
                                                   std::string csv) = 0;

  /// Drops a submission, or purges a settled job.
  /// @retval errc::wrong_state The job is not settled.
  virtual caf::expected<caf::unit_t> erase(const std::string& job) = 0;

  /// @retval errc::no_such_job
  virtual caf::expected<actors::job_status> status(const std::string& job) = 0;

  /// Returns the tenant of a job that was erased; nothing: none is remembered.
  virtual caf::expected<std::optional<std::string>>
  owner_of_erased(const std::string&) {
    return std::optional<std::string>{};
  }

  /// @retval errc::no_such_job, errc::wrong_state
  virtual caf::expected<actors::job_status>
  command(actors::job_command command) = 0;

  /// Adds what the head is doing.
  virtual void add_metrics(telemetry::metric_page&) {}

  /// Returns all jobs, oldest first.
  virtual caf::expected<std::vector<job_record>> jobs() = 0;

  /// Returns all tokens, oldest first.
  virtual caf::expected<std::vector<api_token>> tokens() = 0;

  /// Makes a token durable.
  /// @retval errc::disk_full, errc::store
  virtual caf::expected<caf::unit_t> add_token(api_token token) = 0;

  /// Removes a token.
  /// @returns Whether there was one of this id.
  virtual caf::expected<bool> revoke_token(const std::string& id) = 0;

  /// Returns the newest job that has done, or does, the same work.
  virtual caf::expected<std::optional<job_record>>
  same_work(const std::string& fingerprint) = 0;

  /// Returns the newest job of a tenant whose sender called its request `key`.
  virtual caf::expected<std::optional<job_record>>
  submitted_as(const std::string& tenant, const std::string& key) = 0;

  /// Returns the results of a job, as far as it has come.
  virtual std::unique_ptr<text_source> results(const job_record& job,
                                               result_style style) = 0;

  /// Returns at most `limit` items of a job that match, in slot order.
  /// @param first From this slot on.
  virtual caf::expected<item_page> items(const actors::job_status& job,
                                         const item_filter& filter,
                                         slot_id first, std::size_t limit) = 0;

  /// Returns at most `limit` rows of a job, from one on.
  virtual caf::expected<row_page> rows(const actors::job_status& job,
                                       std::uint32_t first,
                                       std::size_t limit) = 0;

  /// Returns at most `limit` items of a job in the order in which they settled,
  /// from a position on.
  virtual caf::expected<std::vector<settled_item>>
  settled_since(const std::string& job, std::uint64_t position,
                std::size_t limit) = 0;

  virtual std::unique_ptr<job_watch> watch(const std::string& job) = 0;
  /// Returns the events of a job, oldest first.
  virtual caf::expected<std::vector<delivery>>
  deliveries(const std::string& job) = 0;

  /// @retval errc::no_such_delivery
  virtual caf::expected<delivery> delivery_of(const std::string& event) = 0;

  /// Delivers an event once more; the event as it stands then.
  /// @retval errc::no_such_delivery
  virtual caf::expected<delivery> replay(const std::string& event) = 0;

  /// Sends a test to a webhook, and waits for what comes of it.
  /// @retval errc::rate_limited Too many tests are under way.
  virtual caf::expected<actors::webhook_ping> ping(const std::string& url) = 0;

  /// Fetches the picture behind a URL that a sheet names, for somebody to look
  /// at: as a job does, behind the same guard and limits.
  /// @retval errc::rate_limited As many as may are under way.
  virtual caf::expected<source_picture> source(const std::string& url) = 0;

  /// Returns the nodes of the cluster, also those lost of late.
  virtual caf::expected<std::vector<actors::node_status>> nodes() {
    return std::vector<actors::node_status>{};
  }

  /// Drains a node, or lets it take work again; the node as it stands then.
  /// @retval errc::no_such_node, errc::node_ambiguous
  virtual caf::expected<actors::node_status>
  command(const actors::node_command& command) {
    return make_error(errc::no_such_node, command.node);
  }

  /// Returns whether a node's permit to hand in results counts.
  virtual bool permits(std::string_view /*permit*/) {
    return false;
  }

  /// Stores an image that a node hands in.
  /// @returns Its key, the SHA-256 of its content.
  /// @retval errc::disk_full, errc::store
  virtual caf::expected<std::string> put_image(std::string_view /*bytes*/,
                                               image_format /*format*/) {
    return make_error(errc::store, "nothing is handed in here");
  }

  /// Returns what looks inside the head and its nodes.
  virtual introspection& inside() = 0;

  /// Opens a stored image.
  /// @retval errc::store There is none.
  virtual caf::expected<std::unique_ptr<file_source>>
  image(std::string_view sha256, image_format format) = 0;
};

} // namespace pixmill::http
