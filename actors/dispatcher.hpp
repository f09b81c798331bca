#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "actors/protocol.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::actors {

/// Gives the credit of all nodes to the jobs that have work, fairly: first
/// between tenants, evenly, so that many jobs of one take nothing from another;
/// then between a tenant's jobs: the one that has had the least for its
/// priority is next. Two steps of priority double a job's share. Jobs without
/// a tenant are one tenant's.
///
/// Queues nothing: a task exists only against room that was granted for it.
class dispatcher_state {
public:
  using pointer = dispatcher_actor::stateful_pointer<dispatcher_state>;

  explicit dispatcher_state(pointer self);

  void start(std::chrono::milliseconds lease_timeout);
  caf::result<void> join(const node_description& node, worker_actor worker);
  bool renew(const load_report& report);
  void take_back(const credit_return& credit);
  void hungry(const std::string& job, const std::string& tenant,
              std::int8_t priority, const job_actor& handle);
  void assign(task_offer offer);
  void revoke(const lease_revocation& message);
  void down(const caf::actor_addr& source);
  void tick();

  telemetry::actor_record& record();

private:
  struct node {
    std::string name;
    worker_actor worker;
    std::uint32_t credit = 0;
    std::uint32_t used = 0; ///< Slots handed out, and reserved by a grant.
    std::chrono::steady_clock::time_point last_seen;
  };

  struct client {
    job_actor handle;
    std::string tenant;
    double weight = 1.0;
    double served = 0.0; ///< Slots had so far, over the weight.
    bool hungry = false;
    std::optional<credit_grant> grant; ///< Waits for its offer.
  };

  void match();
  node* roomiest();
  incarnation_id id_of(const node& which) const;
  client* next_client();
  std::size_t hungry_count() const;
  double least_served(const std::string& tenant) const;
  void wake(const std::string& tenant);
  void leave(const std::string& tenant);
  void void_leases(const std::string& job);
  void release(const credit_grant& grant);
  void forget(std::map<std::string, client>::iterator which);
  void lose(std::map<incarnation_id, node>::iterator which, const char* why);

  pointer self_;
  std::chrono::milliseconds lease_timeout_{10'000};
  std::optional<telemetry::actor_record> record_;
  std::map<incarnation_id, node> nodes_;
  std::map<std::string, client> clients_;
  std::map<std::string, std::uint64_t> tenants_; ///< Slots each has had.
};

/// @param lease_timeout A node silent for this long has lost its leases.
dispatcher_actor::behavior_type
dispatcher(dispatcher_state::pointer self,
           std::chrono::milliseconds lease_timeout);

} // namespace pixmill::actors
