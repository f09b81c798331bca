#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/protocol.hpp"
#include "persistence/journal_store.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::actors {

/// Returns a job's record and counters as they are on disk.
/// @retval errc::no_such_job
caf::expected<job_truth> read_truth(const persistence::journal_store& store,
                                    const std::string& job);

/// Reads what the JOURNAL has written: whoever asks waits for no sync of the
/// disk, and the JOURNAL for no reader.
///
/// Blocks on the disk: spawn it detached.
class archive_state {
public:
  using pointer = archive_actor::stateful_pointer<archive_state>;

  explicit archive_state(pointer self);

  /// @param store Outlives the actor.
  void start(const persistence::journal_store& store);
  settled_page settled(const settled_query& query) const;

  telemetry::actor_record& record();
  const persistence::journal_store& store() const;

private:
  pointer self_;
  const persistence::journal_store* store_ = nullptr;
  std::optional<telemetry::actor_record> record_;
};

archive_actor::behavior_type archive(archive_state::pointer self,
                                     const persistence::journal_store* store);

} // namespace pixmill::actors
