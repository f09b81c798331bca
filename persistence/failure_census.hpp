#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/failure_group.hpp"
#include "model/item.hpp"
#include "model/sheet.hpp"
#include "persistence/journal_store.hpp"

namespace pixmill::persistence {

/// Counts the failed items of jobs by code and host. How many there are of each
/// code stands in a job's counters; at which hosts is found out by going over
/// them, a bit at each look, and remembered for the jobs looked at last. So a
/// look takes no longer than it may, and its counts always add up: what was not
/// gone over yet is in groups without a host. Thread-safe.
class failure_census {
public:
  /// Jobs that are remembered.
  static constexpr std::size_t most_jobs = 64;

  /// @param journal Outlives it.
  explicit failure_census(const journal_store& journal) : journal_{journal} {}

  /// Appends the groups of one job.
  /// @param counters Of the job, slots without an outcome of their own
  ///                 included.
  /// @param until    When going over its items ends, for now.
  /// @retval errc::store, errc::store_corrupt
  caf::expected<caf::unit_t> count(const job_record& job,
                                   const job_counters& counters,
                                   const sheet_rules& rules,
                                   std::chrono::steady_clock::time_point until,
                                   std::vector<failure_group>& out);

private:
  using clock = std::chrono::steady_clock;
  using groups = std::map<std::pair<std::string, std::string>, failure_group>;

  struct entry {
    std::string job;
    std::uint32_t attempt = 0;
    std::uint64_t failed = 0;                   ///< When the scan began.
    std::optional<slot_id> next{slot_id{1, 0}}; ///< Nothing: it has ended.
    clock::time_point began{};
    clock::time_point ended{};
    groups counted; ///< By the scan that runs.
    groups whole;   ///< By the last one that ended.
    bool has_whole = false;
  };

  entry& entry_of(const job_record& job, const job_counters& counters);
  caf::expected<caf::unit_t> go_on(entry& which, const job_record& job,
                                   const sheet_rules& rules,
                                   clock::time_point until);
  static void add(groups& to, const std::string& job, const item& x);
  static void tell(const entry& which, const job_record& job,
                   const job_counters& counters,
                   std::vector<failure_group>& out);

  const journal_store& journal_;
  std::mutex mutex_;
  std::list<entry> entries_; ///< Looked at last in front; guarded by mutex_.
};

} // namespace pixmill::persistence
