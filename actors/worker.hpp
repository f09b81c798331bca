#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "actors/image.hpp"
#include "actors/protocol.hpp"
#include "actors/row.hpp"
#include "telemetry/actor_registry.hpp"
#include "telemetry/load_meter.hpp"

namespace pixmill::actors {

/// What a WORKER is started with.
struct worker_setup {
  std::shared_ptr<const node_services> services;
  retry_policy retry;
  /// What it says of itself; its name and incarnation are filled in.
  node_description about{.credit = 32};
  std::uint64_t seed = 0; ///< Of incarnation ids and jitter.
};

/// What the setup of a WORKER follows from.
struct node_settings {
  std::shared_ptr<const node_services> services;
  job_settings jobs;
  net::fetch_settings fetch;
  node_description about{};
};

/// Returns the setup of a node's WORKER, with as many slots as `jobs` says.
worker_setup worker_setup_of(node_settings settings);

/// A result that its JOB has not confirmed.
struct kept_result {
  slot_report report;
  std::chrono::steady_clock::time_point until; ///< Then it is given up.
  bool orphaned = false; ///< Its lease is void; it is handed in.
  bool offered = false;  ///< It is on its way.
};

/// One node's share of the work: spawns a ROW for each lease, passes outcomes
/// up, gives credit back, and says that it lives.
///
/// In a process of its own it outlives the head. What it has reported it keeps
/// until the JOB says that it is durable. When the head is lost, its leases are
/// void: what is under way stops, what is finished is handed in when a head is
/// back, and counts there unless somebody else was first.
class worker_state {
public:
  using pointer = worker_actor::stateful_pointer<worker_state>;

  explicit worker_state(pointer self);

  void start(worker_setup setup, dispatcher_actor dispatcher);
  void link(const caf::strong_actor_ptr& dispatcher);
  void run(row_task task, job_actor job);
  void handle(row_report report);
  void revoke(const lease_revocation& message);
  void down(const caf::actor_addr& source, const caf::error& reason);
  void tick();
  void leave();
  void assured(const std::string& job, slot_id slot, bool stored);
  void look();
  void handle(origin_report seen);
  void take(const origin_leases& leases);
  void stop();

  telemetry::actor_record& record();

private:
  /// The node's number, the job, its lease.
  using lease_key = std::tuple<incarnation_id, std::string, lease_id>;

  struct lease {
    row_actor row;
    job_actor job;
    std::vector<slot_task> open;  ///< Not reported yet.
    std::set<slot_id> finished{}; ///< Of these, what only waits to be stored.
  };

  /// A head that has gone answers nothing at all.
  static constexpr std::chrono::seconds answer_timeout{10};

  /// Finished slots that their JOB has not confirmed.
  using unconfirmed = std::map<std::pair<std::string, slot_id>, kept_result>;

  bool remote() const {
    return !setup_.about.local;
  }
  void join();
  void head_lost();
  void void_leases();
  void row_down(const caf::actor_addr& source, const caf::error& reason);
  void report(const job_actor& job, row_report report);
  void confirm(const row_report& report);
  void orphan(const row_report& report);
  void promise();
  void hand_in();
  void drop_stale();
  void say_goodbye();
  void end_if_done();
  void cancel(lease& which);
  void give_back(std::size_t slots);
  std::uint32_t slots_in_use() const;
  void begin_looking();
  void end_look();

  pointer self_;
  worker_setup setup_;
  dispatcher_actor dispatcher_; ///< Null: no head is known.
  std::optional<telemetry::actor_record> record_;
  telemetry::load_meter meter_;
  std::mt19937_64 random_;
  incarnation_id incarnation_ = 0;
  // Slots under this number.
  std::uint64_t received_ = 0;
  std::uint64_t returned_ = 0;
  bool joined_ = false;
  bool joining_ = false;
  bool leaving_ = false;
  bool left_ = false; ///< The head has let it go.
  std::int64_t rtt_us_ = 0;
  // How it is doing at origins is told one report at a time.
  std::uint64_t origin_reports_ = 0;
  bool looking_ = false;
  bool look_again_ = false;
  bool had_origins_ = false; ///< There was something in the last report.
  std::uint32_t quiet_ticks_ = 0;
  std::map<lease_key, lease> leases_;
  unconfirmed unconfirmed_;
};

/// @param dispatcher Of the head; joined at once. Null: wait for a `link`.
worker_actor::behavior_type worker(worker_state::pointer self,
                                   worker_setup setup,
                                   dispatcher_actor dispatcher);

} // namespace pixmill::actors
