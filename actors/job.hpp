#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <caf/response_promise.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/news_board.hpp"
#include "actors/protocol.hpp"
#include "actors/row_window.hpp"
#include "actors/settings.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::actors {

/// What a JOB is started with.
struct job_setup {
  job_truth truth;   ///< As the journal knows it.
  sheet_rules rules; ///< Under which its sheet was accepted.
  job_settings settings;
  journal_actor journal;
  archive_actor archive;
  dispatcher_actor dispatcher;
  supervisor_actor supervisor;
  news_board* news = nullptr; ///< Outlives the actor; null: nobody listens.
};

/// One CSV: reads its rows a window at a time, hands them out against grants,
/// records outcomes, and settles.
///
/// A lease is good for one answer a slot from one incarnation; whatever else
/// comes in is ignored. A slot is in exactly one place: not read yet, ready,
/// returned, deferred, leased, committing, or settled.
class job_state_machine {
public:
  using pointer = job_actor::stateful_pointer<job_state_machine>;
  using clock = std::chrono::steady_clock;

  explicit job_state_machine(pointer self);

  void start(job_setup setup);
  // Not "begin": CAF takes a state with one for a container.
  void resume();
  void fill(const credit_grant& grant);
  caf::result<bool> handle(const row_report& report);
  void handle(const node_lost& news);
  void hinder(std::string what);
  caf::result<job_status> handle(const job_command& command);
  void tick();

  job_status status() const;
  open_slots open(const open_query& query) const;
  telemetry::actor_record& record();

private:
  struct lease {
    incarnation_id incarnation = 0;
    std::vector<slot_task> open;
    clock::time_point since{};
    bool doubled = false; ///< Another lease has the same slots, or had.
  };

  using promise_of_report = caf::typed_response_promise<bool>;

  // Reading.
  void advance();
  void ask_for_chunk();
  void ask_for_settled();

  // Handing out.
  bool has_fresh_work() const;
  bool has_work() const;
  void announce();
  class picker;
  std::optional<slot_task> next_task(picker& from);
  std::size_t fresh_count();
  row_task lease_out(std::vector<slot_task> slots, incarnation_id node);
  void take_back(lease& which);
  bool is_leased(slot_id slot) const;
  void drop_twins(slot_id slot);
  bool has_stragglers(incarnation_id but) const;
  void lease_stragglers(task_offer& offer, std::uint32_t room, picker& from);

  // Recording.
  void expect(slot_id slot);
  bool is_expected(const slot_task& task);
  caf::result<bool> merge(const row_report& report);
  std::optional<slot_task> take_out(slot_id slot);
  void miss(const slot_task& owner);
  bool settle_ahead(slot_id slot, bool stored);
  void skip_settled();
  void commit(std::vector<slot_result> results,
              std::vector<slot_task> owners = {},
              std::optional<promise_of_report> confirm = {});
  void committed(const commit_receipt& receipt,
                 const std::vector<slot_task>& owners, std::size_t count);
  void check_failure_ratio();

  // Ending.
  void end_early(job_state state, failure why);
  void finish_if_done();
  void finish(job_state state, failure why);
  void store_record();
  void set_state(job_state state);
  void tell() const;

  // Leases in all, above which nobody looks for stragglers: there is other
  // work.
  static constexpr std::size_t most_stragglers = 4'096;

  pointer self_;
  job_setup setup_;
  job_record job_;
  job_counters counters_;
  std::optional<telemetry::actor_record> record_;
  std::optional<row_window> window_;
  std::optional<clock::time_point> deadline_;

  std::deque<slot_task> returned_; ///< To be done again, before new ones.
  std::multimap<clock::time_point, slot_task> deferred_;
  std::map<lease_id, lease> leases_;
  /// An outcome that was handed in before its row was read.
  struct outcome_ahead {
    bool durable = false;
    std::optional<slot_task> task{}; ///< Its row was read before it was.
  };

  std::map<slot_id, outcome_ahead> settled_ahead_;
  std::map<slot_id, int> missed_; ///< How often a slot's file was not there.
  /// Slots that a node has finished and will hand in, and until when to wait.
  std::map<slot_id, clock::time_point> promised_;
  lease_id next_lease_ = 1;
  std::size_t leased_slots_ = 0;
  std::size_t committing_ = 0; ///< Slots whose commit is not answered yet.
  std::uint32_t next_chunk_ = 0;
  bool reading_ = false;   ///< A chunk or page is on its way.
  bool announced_ = false; ///< The DISPATCHER knows that there is work …
  bool elsewhere_ = false; ///< … which is not for every node.
  /// Fresh work that there was when that was said.
  std::size_t fresh_elsewhere_ = 0;
  std::string waits_for_;  ///< See `job_status`.
  bool has_twins_ = false; ///< Slots have been leased twice.
  bool finishing_ = false; ///< The terminal record is on its way.
  /// How the job is to end once its commits are answered, if not by itself.
  std::optional<std::pair<job_state, failure>> ending_;
  std::vector<caf::typed_response_promise<job_status>> waiting_for_end_;
};

/// @param setup The job and whom it talks to; send `restore` to start it.
job_actor::behavior_type job(job_state_machine::pointer self, job_setup setup);

} // namespace pixmill::actors
