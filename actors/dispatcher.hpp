#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/origin_ledger.hpp"
#include "actors/protocol.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::actors {

/// What a DISPATCHER is started with.
struct dispatcher_setup {
  /// A node silent for this long has lost its leases.
  std::chrono::milliseconds lease_timeout{10'000};
  /// Transfers at once at one origin, of all nodes together.
  std::uint32_t per_origin = 6;
  /// Makes the permit of a task for a node that hands results in; empty: none.
  std::function<std::string(const row_task&)> permit{};
};

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

  void start(dispatcher_setup setup);
  caf::result<void> join(const node_description& node, worker_actor worker);
  bool renew(const load_report& report);
  void take_back(const credit_return& credit);
  void hungry(const work_call& call, const job_actor& handle);
  void assign(task_offer offer);
  caf::result<bool> hand_in(const row_report& report);
  caf::result<void> leave(incarnation_id which);
  std::vector<node_status> list() const;
  caf::result<node_status> command(const node_command& command);
  origin_leases report(const origin_report& told);
  std::vector<origin_status> origins() const;
  void revoke(const lease_revocation& message);
  void down(const caf::actor_addr& source);
  void tick();

  telemetry::actor_record& record();

private:
  using time_point = std::chrono::steady_clock::time_point;

  struct node {
    node_description about;
    worker_actor worker;
    std::uint32_t used = 0; ///< Slots handed out, and reserved by a grant.
    load_report load{};
    std::uint64_t sent = 0;     ///< Slots handed out, all together.
    std::uint64_t finished = 0; ///< Slots that became free, all together.
    /// What had been sent a while ago, which must have arrived by now.
    std::uint64_t sent_before = 0;
    time_point sent_taken;
    std::uint64_t finished_before = 0; ///< When the rate was last taken.
    std::uint32_t finished_per_ks = 0;
    time_point rate_taken;
    time_point last_seen;
    bool draining = false;
    bool suspect = false;
    std::int64_t since = 0;
    /// Answered when nothing is left to do.
    std::vector<caf::typed_response_promise<caf::unit_t>> leaving{};
  };

  using node_map = std::map<incarnation_id, node>;

  struct client {
    job_actor handle;
    std::string tenant;
    double weight = 1.0;
    double served = 0.0; ///< Slots had so far, over the weight.
    bool hungry = false;
    std::optional<credit_grant> grant;  ///< Waits for its offer.
    std::string codec{};                ///< That its nodes must have.
    std::set<incarnation_id> not_for{}; ///< Nodes that it has no work for now.
    std::string hindrance{};            ///< What it was told it waits for.
  };

  void match();
  node_map::iterator roomiest(const client& taker);
  static bool can_do(const node& which, const client& job);
  void tell_hindrances();
  void lease_origins(const node& home, row_task& task);
  void tell_urgent();
  client* next_client();
  std::size_t hungry_count() const;
  double least_served(const std::string& tenant) const;
  void wake(const std::string& tenant);
  void leave(const std::string& tenant);
  void void_leases(const std::string& job);
  void release(const credit_grant& grant);
  void forget(std::map<std::string, client>::iterator which);
  void lose(node_map::iterator which, const char* why);
  void remember(const node& which);
  void let_go(node_map::iterator which);
  void free(node& which, std::uint32_t slots);
  void take_back(node& which, std::uint64_t returned);
  bool misses_tasks(node& which, std::uint64_t received);
  void take_rates(time_point now);
  node_status status_of(const node& which) const;
  node_map::iterator find(const std::string& name, std::size_t& count);

  pointer self_;
  dispatcher_setup setup_;
  std::optional<telemetry::actor_record> record_;
  node_map nodes_;
  std::deque<node_status> lost_; ///< The newest last.
  std::map<std::string, client> clients_;
  std::map<std::string, std::uint64_t> tenants_; ///< Slots each has had.
  std::optional<origin_ledger> ledger_;
};

/// Returns how a node is called where its name may be another's as well.
std::string id_of_node(incarnation_id which);

dispatcher_actor::behavior_type dispatcher(dispatcher_state::pointer self,
                                           dispatcher_setup setup);

} // namespace pixmill::actors
