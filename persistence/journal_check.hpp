#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <caf/expected.hpp>

namespace pixmill::persistence {

/// What a journal holds, and what is wrong with it.
struct journal_report {
  static constexpr std::size_t most_problems = 100;

  std::uint64_t jobs = 0;
  std::uint64_t outcomes = 0;
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0; ///< Of keys and values.
  std::uint64_t problems_total = 0;
  std::vector<std::string> problems; ///< The first `most_problems`, in words.
};

/// Reads all of a journal, which may be in use: each block against its
/// checksum, each value, and the counters of each job against its outcomes.
/// @retval errc::file_unreadable There is no journal.
/// @retval errc::store_newer     Written by a newer schema; names both.
/// @retval errc::store_corrupt   So damaged that it cannot be opened.
caf::expected<journal_report>
check_journal(const std::filesystem::path& folder);

} // namespace pixmill::persistence
