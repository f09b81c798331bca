#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "actors/image.hpp"
#include "actors/protocol.hpp"
#include "actors/settings.hpp"
#include "net/settings.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::actors {

/// How often and how long a ROW tries.
struct retry_policy {
  net::fetch_settings fetch; ///< Attempts and pauses.
  std::chrono::milliseconds item_timeout{180'000};
  std::chrono::milliseconds short_pause{2'000};
  std::uint64_t seed = 0; ///< Of the jitter.
};

/// The slots of one lease: an IMAGE for each, short retries, the deadline.
/// Each slot's end is reported to the WORKER as it comes; then ROW ends.
class row_state {
public:
  using pointer = row_actor::stateful_pointer<row_state>;

  explicit row_state(pointer self);

  void start(row_task task, std::shared_ptr<const node_services> services,
             retry_policy policy, worker_actor worker, const job_actor& job);
  void handle(const slot_report& report);
  void attempt(std::uint16_t index);
  void check_deadline();
  void down(const caf::actor_addr& source, const caf::error& reason);
  void cancel();
  void salvage();

  telemetry::actor_record& record();

private:
  struct work {
    slot_task task;
    image_actor image;
    bool open = true;
    /// Until then it waits for space on the disk, however late it is.
    std::chrono::steady_clock::time_point waits_until{};
  };

  work* find(slot_id slot);
  void spawn_image(work& item);
  void try_again_or_report(work& item, const slot_report& report);
  void report(work& item, outcome result, std::chrono::milliseconds retry_in);
  void end();

  pointer self_;
  row_task task_;
  std::shared_ptr<const node_services> services_;
  retry_policy policy_;
  worker_actor worker_;
  std::optional<telemetry::actor_record> record_;
  std::chrono::steady_clock::time_point started_;
  std::vector<work> items_;
  std::size_t open_ = 0;
  std::mt19937_64 random_;
};

row_actor::behavior_type row(row_state::pointer self, row_task task,
                             std::shared_ptr<const node_services> services,
                             retry_policy policy, worker_actor worker,
                             const job_actor& job);

} // namespace pixmill::actors
