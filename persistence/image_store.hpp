#pragma once

#include <memory>
#include <string>

#include <caf/expected.hpp>

#include "net/settings.hpp"
#include "persistence/object_owners.hpp"
#include "persistence/object_store.hpp"
#include "persistence/settings.hpp"

namespace pixmill::persistence {

/// Where the settings say that images are, and whose they are.
struct image_store {
  std::unique_ptr<object_store> objects;
  std::unique_ptr<object_owners> owners;
  /// How many threads that wait for it are of use.
  std::size_t threads = 0;
  /// How many to remove objects with; 0: that takes no time.
  std::size_t removers = 0;
};

/// Opens the store of images.
/// @param journal_id Of the journal whose outcomes name them.
/// @retval errc::config_invalid, errc::file_unwritable, errc::store_unavailable
///         See the kinds of stores.
caf::expected<image_store> open_image_store(const store_settings& settings,
                                            const net::s3_settings& s3,
                                            std::string journal_id);

} // namespace pixmill::persistence
