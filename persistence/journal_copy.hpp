#pragma once

#include <cstdint>
#include <filesystem>

#include <caf/expected.hpp>

namespace pixmill::persistence {

/// What was copied.
struct journal_extent {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0; ///< Of keys and values.
};

/// Copies all that a journal holds at this moment into a new one, entry by
/// entry, so that each is checked on the way. The journal may be in use.
/// `to` is there whole and durable on return, or not at all.
/// @param to A folder that does not exist, or is empty.
/// @retval errc::file_unreadable, errc::store_newer, errc::store_corrupt
///         As of `frozen_journal::open`, of `from`.
/// @retval errc::file_unwritable `to` is not empty, or cannot be made.
/// @retval errc::disk_full, errc::store Of `to`.
caf::expected<journal_extent> copy_journal(const std::filesystem::path& from,
                                           const std::filesystem::path& to);

} // namespace pixmill::persistence
