#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <caf/typed_response_promise.hpp>

#include "actors/admission.hpp"
#include "actors/news_board.hpp"
#include "actors/protocol.hpp"
#include "actors/settings.hpp"
#include "model/sheet.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::actors {

/// What the SUPERVISOR is started with.
struct supervisor_setup {
  journal_actor journal;
  archive_actor archive;
  dispatcher_actor dispatcher;
  job_settings settings;
  sheet_rules rules; ///< Under which sheets are accepted.
  /// Who waits; null: anybody may.
  std::shared_ptr<admission> places{};
  news_board* news = nullptr; ///< Outlives the actor; null: nobody listens.
};

/// The table of the jobs that are not settled: admission, start, restart.
/// Settled jobs are the journal's to remember.
class supervisor_state {
public:
  using pointer = supervisor_actor::stateful_pointer<supervisor_state>;
  using status_promise = caf::typed_response_promise<job_status>;

  explicit supervisor_state(pointer self);

  void start(supervisor_setup setup);
  caf::result<void> pass_on(csv_chunk chunk);
  caf::result<job_status> accept(job_record job, std::string csv);
  caf::result<void> erase(const std::string& job);
  caf::result<job_status> command(const job_command& command);
  caf::result<job_status> status(const std::string& job);
  caf::result<open_slots> open(const open_query& query);
  caf::result<std::vector<job_record>> list();
  caf::result<job_status> wake(const std::string& job);
  caf::result<void> restore();
  void settled(const job_record& job);
  void job_down(const caf::actor_addr& source, const caf::error& reason);
  void stop();

  telemetry::actor_record& record();

private:
  struct entry {
    job_truth truth;  ///< As of its start; the JOB knows better.
    job_actor handle; ///< Null while the job is queued.
    std::uint32_t restarts = 0;
    bool waits = true; ///< It has a place in the queue.
  };

  void tell(const std::string& job) const;
  void admit(job_truth truth); ///< It has taken a place.
  void readmit(job_truth truth);
  void leave_queue(entry& which);
  void start_next();
  void spawn_job(entry& which);
  void load(const std::string& job, std::function<void()> then);
  void take_up(job_truth truth);
  void give_up(entry& which, const caf::error& reason);
  caf::result<job_status> settled_status(const std::string& job);
  void answer_from_archive(status_promise promise, const std::string& job);
  caf::result<job_status> retry(const job_command& command);
  void reopen(status_promise promise, const job_command& command,
              const std::string& tenant);

  pointer self_;
  supervisor_setup setup_;
  std::optional<telemetry::actor_record> record_;
  std::map<std::string, entry> jobs_; ///< Queued, running, paused.
  std::deque<std::string> queue_;
  std::uint32_t running_ = 0;
};

/// Returns where a job stands that no JOB runs.
job_status status_of(job_truth truth);

supervisor_actor::behavior_type supervisor(supervisor_state::pointer self,
                                           supervisor_setup setup);

} // namespace pixmill::actors
