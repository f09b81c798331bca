#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/image_format.hpp"
#include "model/job.hpp"
#include "model/outcome.hpp"

namespace rocksdb {
class WriteBatch;
} // namespace rocksdb

namespace pixmill::persistence {

class journal_database;

/// The content and the format of a stored file.
using named_file = std::pair<std::string, image_format>;

/// How far the purge of one job has come.
struct purge_progress {
  std::string job;
  slot_id next{};
};

/// The next outcomes of a job that is purged.
struct purge_slice {
  purge_progress after;       ///< How far it reaches.
  bool more = true;           ///< Whether there are outcomes behind it.
  std::set<named_file> files; ///< That its outcomes name.
};

/// Takes jobs out of the journal, and knows which stored files are named by an
/// outcome.
///
/// `refs` holds, for each job, the content of each of its outcomes, written in
/// the batch of the outcome. A job is erased in one batch, which leaves a
/// tombstone and a mark; its outcomes and files follow in slices, each of which
/// may be done twice. So a crash loses nothing but time.
/// @note Writing is for the journal's one thread; reading is thread-safe.
class journal_purge {
public:
  /// How long it is remembered that there was a job, and of how many jobs,
  /// about.
  static constexpr std::chrono::milliseconds remembered_for =
    std::chrono::hours{30 * 24};
  static constexpr std::size_t remembered_jobs = 10'000;

  explicit journal_purge(const journal_database& database)
      : database_{database} {
    // nop
  }

  /// Notes in `batch` that `job` has an outcome with this content.
  void stage_reference(rocksdb::WriteBatch& batch, std::string_view sha256,
                       std::string_view job) const;

  /// Leaves a tombstone and the mark that `job` is to be purged.
  void stage_erasure(rocksdb::WriteBatch& batch, const job_record& job,
                     unix_ms now) const;

  /// Writes `refs` of all outcomes: for a journal that is older than it.
  caf::expected<caf::unit_t> build_references() const;

  /// Returns the erased jobs whose outcomes are not purged yet.
  caf::expected<std::vector<std::string>> pending() const;

  /// Returns at most `limit` outcomes from `at` on.
  caf::expected<purge_slice> look(const purge_progress& at,
                                  std::size_t limit) const;

  /// Forgets the outcomes of a slice whose files are gone, those at least that
  /// no other job names; with the last slice the purge is over.
  caf::expected<caf::unit_t> forget(const purge_slice& slice) const;

  /// Returns whether any outcome names this content, but those of `except`.
  /// @param except A job; empty: all outcomes count.
  caf::expected<bool> is_named(std::string_view sha256,
                               std::string_view except = {}) const;

  /// Returns the tenant of a job that was erased; nothing: none is remembered.
  caf::expected<std::optional<std::string>>
  owner_of_erased(std::string_view job) const;

  /// Forgets the oldest tombstones, and those of long ago.
  caf::expected<caf::unit_t> prune_tombstones(unix_ms now) const;

private:
  caf::expected<caf::unit_t> write(rocksdb::WriteBatch& batch) const;

  const journal_database& database_;
};

} // namespace pixmill::persistence
