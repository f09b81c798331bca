#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "actors/inspector.hpp"
#include "actors/messages.hpp"
#include "actors/news_board.hpp"
#include "actors/node_directory.hpp"
#include "actors/protocol.hpp"
#include "actors/settings.hpp"
#include "imaging/codec_pool.hpp"
#include "imaging/settings.hpp"
#include "model/sheet.hpp"
#include "net/downloader.hpp"
#include "net/settings.hpp"
#include "persistence/settings.hpp"

namespace caf {
class actor_system_config;
} // namespace caf

namespace pixmill::persistence {
class journal_store;
class object_store;
} // namespace pixmill::persistence

namespace pixmill::net {
struct download;
} // namespace pixmill::net

namespace pixmill::telemetry {
class metric_page;
} // namespace pixmill::telemetry

namespace pixmill::actors {

/// Everything that a head is made from.
struct head_settings {
  scheduler_settings scheduler;
  job_settings jobs;
  net::fetch_settings fetch;
  imaging::imaging_settings imaging;
  persistence::store_settings store;
  net::s3_settings s3;
  notifier_settings notifier;
  net::webhook_settings webhook;
  persistence::keyring_settings keyring;
  sheet_rules rules; ///< Under which sheets are accepted.
  /// Whether jobs expire, and files that no outcome names are removed.
  bool tidies = false;
  std::string program; ///< Path of the binary that runs codec processes.
  std::string node_name;
  bool works = true; ///< Whether it has a WORKER of its own.
  /// Adds to the actor system what speaks to other nodes; empty: nothing does.
  std::function<void(caf::actor_system_config&)> network{};
  /// Makes permits for nodes that hand results in; empty: none are needed.
  std::function<std::string(const row_task&)> permit{};
};

/// A whole head in one process: the journal, the stores, one local worker with
/// its download engine and codec processes, and the actors over them. For
/// front ends, which wait for answers on threads of their own.
class head {
public:
  /// Opens the stores and starts the actors; no job runs yet.
  /// @retval errc::store_newer, store_corrupt, store_locked, file_unwritable,
  ///         config_invalid See the parts.
  static caf::expected<std::unique_ptr<head>> start(head_settings settings);

  /// Stops the actors, finishes what the journal has taken, closes the stores.
  ~head();

  /// Stores one chunk of a sheet under the id that its job will have.
  caf::expected<caf::unit_t> put_chunk(csv_chunk chunk);

  /// Accepts a job; durable on return.
  /// @param csv The whole sheet, if no chunk of it was put.
  caf::expected<job_status> accept(job_record job, std::string csv = {});

  /// Says whether another job of a tenant would be accepted now; waits for
  /// nobody.
  /// @retval errc::queue_full, errc::tenant_queue_full It would not.
  caf::error room(const std::string& tenant) const;

  /// Drops a submission, or purges a settled job.
  caf::expected<caf::unit_t> erase(const std::string& job);

  /// Runs an unfinished job of an earlier life; a settled one is only told.
  caf::expected<job_status> wake(const std::string& job);

  /// Runs all unfinished jobs of an earlier life.
  caf::expected<caf::unit_t> restore();

  /// Returns the records of all jobs, oldest first.
  caf::expected<std::vector<job_record>> jobs();

  caf::expected<job_status> command(job_command command);
  caf::expected<job_status> status(const std::string& job);

  /// Makes a token durable.
  caf::expected<caf::unit_t> add(api_token token);

  /// Removes a token.
  /// @returns Whether there was one of this id.
  caf::expected<bool> revoke(const std::string& token);
  /// Delivers events to webhooks from now on, those of an earlier life, too;
  /// makes a secret to sign them with if there is none. Once at most.
  /// @param body Makes the body of an event; called on a thread of the head's.
  /// @retval errc::config_invalid, errc::file_unwritable, errc::file_unreadable
  caf::expected<caf::unit_t>
  notify_with(std::function<caf::expected<std::string>(const delivery&)> body);

  /// Delivers an event once more; the event as it stands then.
  /// @retval errc::no_such_delivery
  caf::expected<delivery> replay(const std::string& event);

  /// Sends a test to a webhook and waits for what comes of it.
  /// @retval errc::rate_limited Too many tests are under way.
  caf::expected<webhook_ping> ping(const std::string& url);

  /// Downloads a picture as the jobs do, behind the same guard and limits, and
  /// waits for it.
  /// @param longest Then it is given up, as `errc::timeout`.
  net::download fetch(const std::string& url,
                      std::chrono::milliseconds longest);

  /// Returns the slots of a job that have no outcome yet; of one that does not
  /// run, none is in hand.
  caf::expected<open_slots> open(open_query query);

  /// Returns the nodes, also those lost of late.
  caf::expected<std::vector<node_status>> nodes();

  /// Drains a node, or lets it take work again; the node as it stands then.
  /// @retval errc::no_such_node, errc::node_ambiguous
  caf::expected<node_status> command(node_command command);

  /// Returns what all nodes together may have under way at origins.
  caf::expected<std::vector<origin_status>> origin_budgets();

  /// Stores an image that another node made; its outcome is yet to come.
  /// @returns Its key.
  caf::expected<std::string> put_image(std::string_view bytes,
                                       image_format format);

  /// Returns whom WORKERs of other nodes join. Drop it before the head ends.
  dispatcher_actor dispatcher() const;

  /// Returns where the head's actors live.
  caf::actor_system& system();

  /// Returns where changes of jobs are told.
  news_board& news();

  /// Makes durable that somebody did something.
  caf::expected<caf::unit_t> audit(audit_entry entry);

  /// Adds what the head and its node are doing.
  void add_metrics(telemetry::metric_page& page) const;

  /// How far the images of the head's own node are.
  struct load {
    net::fetch_load fetch;
    imaging::codec_load codec;
  };
  load work() const;

  /// Asks the download engine of the head's own node what it knows of origins.
  /// @returns Nothing: it did not answer in time.
  std::optional<std::vector<net::origin_load>>
  origins(std::chrono::milliseconds patience) const;

  /// Returns what looks at the actors of this process.
  const inspector& inside() const;

  /// Returns what looks into the nodes that have joined.
  node_directory& others();

  /// Returns the same for whoever tells it of them; it knows nobody any more
  /// once the head has ended.
  std::shared_ptr<node_directory> directory();

  /// Returns the id of the journal, which owns the images.
  const std::string& journal_id() const;

  /// Returns the journal for reading.
  const persistence::journal_store& journal() const;

  /// Returns the images for reading.
  const persistence::object_store& images() const;

private:
  class impl;
  explicit head(std::unique_ptr<impl> impl);
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill::actors
