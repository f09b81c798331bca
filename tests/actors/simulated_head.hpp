#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <caf/actor_system.hpp>

#include "actors/dispatcher.hpp"
#include "actors/job.hpp"
#include "tests/actors/actor_fixture.hpp"

namespace pixmill::test {

/// What a JOURNAL has been told, in memory: the first write of a slot wins.
struct simulated_truth {
  std::string sheet;
  job_counters counters;
  std::map<slot_id, outcome> outcomes;
  std::uint64_t repeated = 0; ///< Writes of a slot that had an outcome.
  std::optional<job_record> end;
};

/// A JOURNAL, an ARCHIVE and a SUPERVISOR over `truth`, which outlives them.
actors::journal_actor spawn_journal(caf::actor_system& system,
                                    simulated_truth& truth);
actors::archive_actor spawn_archive(caf::actor_system& system,
                                    const simulated_truth& truth);
actors::supervisor_actor spawn_supervisor(caf::actor_system& system,
                                          simulated_truth& truth);

} // namespace pixmill::test
