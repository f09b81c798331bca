#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "model/sheet.hpp"
#include "persistence/journal_store.hpp"

namespace pixmill::persistence {

/// Which slots of a job are to be tried again; empty lists: all that failed.
struct retry_filter {
  std::vector<std::string> codes; ///< Failure words, such as `http_503`.
  std::vector<std::string> hosts; ///< Lower-case host names.
  std::uint64_t limit = 0;        ///< Most slots; 0: all.
};

/// Finds the recorded slots that failed or were canceled and match `filter`,
/// in slot order. Reads the sheet only when hosts are asked for.
/// @param rules The rules under which the sheet was accepted.
caf::expected<std::vector<slot_id>>
select_for_retry(const journal_store& journal, const std::string& job,
                 sheet_rules rules, const retry_filter& filter);

} // namespace pixmill::persistence
