#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "model/results.hpp"
#include "persistence/journal_store.hpp"

namespace pixmill::persistence {

enum class export_kind : std::uint8_t { results_csv, failed_csv, jsonl };

/// Streams the results of one job out of the journal, in bounded memory.
class result_export {
public:
  /// @param rules The rules under which the sheet was accepted.
  /// @param as_of Empty: the outcomes as they are now.
  result_export(const journal_store& journal, const job_record& job,
                sheet_rules rules, export_kind kind, results_style style,
                journal_snapshot as_of = {});
  ~result_export();

  /// Appends about 64 KiB more to `out`.
  /// @returns Whether there is more to come.
  caf::expected<bool> next(std::string& out);

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill::persistence
