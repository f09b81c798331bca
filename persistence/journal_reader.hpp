#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "model/job.hpp"
#include "model/outcome.hpp"
#include "persistence/item_index.hpp"
#include "persistence/journal_database.hpp"
#include "persistence/slot_cursor.hpp"

namespace pixmill::persistence {

/// The reading half of `journal_store`, which documents it.
/// @note Thread-safe.
class journal_reader {
public:
  explicit journal_reader(const journal_database& database)
      : database_{database} {
    // nop
  }

  caf::expected<std::vector<job_record>> jobs() const;
  caf::expected<bool> has_job(std::string_view id) const;
  caf::expected<job_record> job(std::string_view id) const;
  caf::expected<std::optional<job_record>>
  job_by_fingerprint(std::string_view fingerprint) const;
  caf::expected<std::optional<job_record>>
  job_by_submission_key(std::string_view tenant, std::string_view key) const;
  caf::expected<job_counters> counters(std::string_view job) const;
  caf::expected<std::string> csv_chunk(std::string_view job,
                                       std::uint32_t index) const;
  caf::expected<std::optional<outcome>> slot(std::string_view job,
                                             slot_id slot) const;
  slot_cursor slots_from(std::string_view job, slot_id first,
                         journal_snapshot as_of) const;
  index_cursor find_slots(std::string_view job, index_filter filter,
                          slot_id first) const;
  journal_snapshot snapshot() const;

private:
  caf::expected<bool> get(family which, std::string_view key,
                          std::string& value) const;

  const journal_database& database_;
};

} // namespace pixmill::persistence
