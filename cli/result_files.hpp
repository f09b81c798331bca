#pragma once

#include <filesystem>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "model/results.hpp"
#include "persistence/journal_store.hpp"

namespace pixmill::cli {

/// Writes results.csv, results.jsonl and, when anything failed, failed.csv
/// into `folder`, each under a temporary name first. Paths in them are
/// relative to `folder`.
/// @param images Folder of the stored images, relative to `folder`.
/// @retval errc::file_unwritable Names the file.
caf::expected<caf::unit_t> write_result_files(
  const persistence::journal_store& journal, const job_record& job,
  const sheet_rules& rules, const std::filesystem::path& folder,
  const std::filesystem::path& images, bool full, bool csv_safe);

} // namespace pixmill::cli
