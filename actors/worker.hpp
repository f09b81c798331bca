#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/image.hpp"
#include "actors/protocol.hpp"
#include "actors/row.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::actors {

/// What a WORKER is started with.
struct worker_setup {
  std::shared_ptr<const node_services> services;
  retry_policy retry;
  std::uint32_t credit = 32; ///< Slots at once.
  std::uint64_t seed = 0;    ///< Of incarnation ids and jitter.
};

/// One node's share of the work: spawns a ROW for each lease, passes outcomes
/// up, gives credit back, and says that it lives.
class worker_state {
public:
  using pointer = worker_actor::stateful_pointer<worker_state>;

  explicit worker_state(pointer self);

  void start(worker_setup setup, dispatcher_actor dispatcher);
  void run(row_task task, job_actor job);
  void handle(row_report report);
  void revoke(const lease_revocation& message);
  void row_down(const caf::actor_addr& source, const caf::error& reason);
  void tick();
  void stop();

  telemetry::actor_record& record();

private:
  using lease_key = std::pair<std::string, lease_id>;

  struct lease {
    row_actor row;
    job_actor job;
    std::vector<slot_task> open; ///< Not reported yet.
  };

  void join();
  void cancel(lease& which);
  void give_back(std::size_t slots);
  std::uint32_t slots_in_use() const;

  pointer self_;
  worker_setup setup_;
  dispatcher_actor dispatcher_;
  std::optional<telemetry::actor_record> record_;
  std::mt19937_64 random_;
  incarnation_id incarnation_ = 0;
  std::map<lease_key, lease> leases_;
};

/// @param dispatcher Of the head; joined at once.
worker_actor::behavior_type worker(worker_state::pointer self,
                                   worker_setup setup,
                                   dispatcher_actor dispatcher);

} // namespace pixmill::actors
