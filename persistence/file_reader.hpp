#pragma once

#include <filesystem>
#include <memory>

#include <caf/expected.hpp>

#include "persistence/object_store.hpp"

namespace pixmill::persistence {

/// Opens a file of an object store that is a directory.
/// @retval errc::store Names the path.
caf::expected<std::unique_ptr<object_reader>>
open_file(const std::filesystem::path& path);

} // namespace pixmill::persistence
