#pragma once

#include <filesystem>
#include <string>

#include <caf/expected.hpp>

namespace pixmill::persistence {

/// Marks a folder of images with a token that is made anew each time, and that
/// a copy does not keep, as it tells the number of the file that it is in:
/// another node that finds it sees the same folder.
/// @param owner Id of the journal whose outcomes name the images.
/// @returns The token.
/// @retval errc::file_unwritable Names the file.
caf::expected<std::string> mark_store(const std::filesystem::path& folder,
                                      const std::string& owner);

/// Returns whether a folder bears that token of that owner.
bool bears_mark(const std::filesystem::path& folder, const std::string& owner,
                const std::string& token);

} // namespace pixmill::persistence
