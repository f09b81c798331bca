#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/housekeeping.hpp"
#include "actors/outcome_batch.hpp"
#include "actors/protocol.hpp"
#include "actors/rate_recorder.hpp"
#include "model/sheet.hpp"
#include "persistence/journal_store.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::actors {

/// What the JOURNAL is started with.
struct journal_setup {
  persistence::journal_store* store = nullptr; ///< Outlives the actor.
  /// Makes the files behind all outcomes so far durable, and calls back, on any
  /// thread, with what went wrong; called before each commit, and at the end.
  std::function<void(std::function<void(caf::error)>)> sync_objects;
  sheet_rules rules; ///< Under which sheets are accepted.
  std::uint32_t commit_outcomes = 64;
  std::chrono::milliseconds commit_interval{10};
  retention keep{};
  /// How often the rates are recorded; zero: never.
  std::chrono::milliseconds sample_interval{0};
};

/// The only writer of the truth. Collects outcomes into group commits. When
/// the disk is full it latches: submissions are refused, outcomes wait, and
/// it tries again each second until space is back.
///
/// Blocks on the disk: spawn it detached.
class journal_state {
public:
  using pointer = journal_actor::stateful_pointer<journal_state>;
  using unit_promise = caf::typed_response_promise<caf::unit_t>;

  explicit journal_state(pointer self);

  void start(journal_setup setup);
  caf::result<void> put(const csv_chunk& chunk);
  caf::result<void> accept(const job_record& job, const std::string& csv);
  caf::result<void> update(const job_record& job);
  caf::result<void> put(const api_token& token);
  caf::result<bool> revoke(const std::string& token);
  caf::result<void> put(const audit_entry& entry);
  void sample();
  caf::result<void> update(const delivery_update& news);
  void listen(notifier_actor listener);
  caf::result<commit_receipt> collect(commit_request request);
  caf::result<job_truth> reopen(const job_command& command);
  caf::result<void> erase(const std::string& job);
  void wait();
  void flush_or_wait();
  void flush();
  void synced(const caf::error& failed);
  /// Writes what was taken; waits for the disk.
  void finish();
  void tidy(std::uint64_t turn);
  void try_again();

  telemetry::actor_record& record();

private:
  using record_update = std::variant<job_record, delivery_update>;

  /// Keeps the batch when there is no space.
  void write(outcome_batch batch, caf::error failed);
  bool latch(const caf::error& reason);
  caf::expected<caf::unit_t> store(const job_record& job);
  caf::expected<caf::unit_t> store(const delivery_update& news);
  template <class T>
  caf::result<void> store_or_wait(const T& record);
  void tidy_in(std::chrono::milliseconds pause);

  pointer self_;
  journal_setup setup_;
  std::optional<telemetry::actor_record> record_;
  std::optional<housekeeping> house_;
  std::optional<rate_recorder> rates_;
  std::uint64_t tidy_turn_ = 0; ///< Of the message that is under way.
  outcome_batch pending_;
  outcome_batch batch_; ///< Its files are being synced.
  /// Records that wait for space, in their order.
  std::vector<std::pair<record_update, unit_promise>> pending_updates_;
  notifier_actor listener_;
  bool flush_due_ = false;
  int waits_ = 0;                ///< For outcomes of the next batch.
  std::size_t waiting_with_ = 0; ///< Slots that there were at the last one.
  bool syncing_ = false;
  bool latched_ = false;
};

journal_actor::behavior_type journal(journal_state::pointer self,
                                     journal_setup setup);

} // namespace pixmill::actors
