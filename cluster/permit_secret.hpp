#pragma once

#include <filesystem>
#include <string>

#include <caf/expected.hpp>

namespace pixmill::cluster {

/// Returns the secret that a head signs permits with, made and written to
/// `file` at the first start: what workers hold counts after a restart, too.
/// @retval errc::file_unreadable, errc::file_unwritable Names the file.
caf::expected<std::string> permit_secret(const std::filesystem::path& file);

} // namespace pixmill::cluster
