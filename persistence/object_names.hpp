#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "model/image_format.hpp"
#include "persistence/object_store.hpp"

namespace pixmill::persistence {

/// Returns the name of an object's file: `<sha256>.jpg`.
std::string file_name(std::string_view sha256, image_format format);

/// Returns the object whose file has this name; nothing: what is called so is
/// none of ours.
std::optional<stored_object> object_of(std::string_view file_name);

/// Returns which of the folders of a store an object is in, 0 to 255.
/// @param sha256 64 hex digits.
std::size_t folder_index(std::string_view sha256) noexcept;

/// Returns the name of that folder: `00` to `ff`.
std::string folder_name(std::size_t index);

/// Returns the objects in one folder of the store at `root`; what is called
/// otherwise than objects are is left out.
/// @retval errc::store It cannot be read.
caf::expected<std::vector<stored_object>>
list_objects(const std::filesystem::path& root, std::size_t index);

} // namespace pixmill::persistence
