#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <caf/expected.hpp>

#include "cluster/result_places.hpp"
#include "net/settings.hpp"
#include "persistence/object_store.hpp"

namespace pixmill::cluster {

/// What a node has of its own to reach its head's store with.
struct direct_settings {
  bool direct = true;    ///< Whether it tries to.
  std::string folder{};  ///< The head's folder as this node sees it; empty: as
                         ///< the head does.
  net::s3_settings s3{}; ///< Credentials, patience; an endpoint, if another.
};

/// A head's store, as another node reaches it.
struct direct_store {
  std::unique_ptr<persistence::object_store> objects;
  std::size_t threads = 0; ///< That wait for it.
  std::string name;        ///< For people.
};

/// Opens a head's store past the head, once it is sure that it is the head's:
/// it bears the head's mark.
/// @retval errc::store_unavailable It cannot be found out now.
/// @retval errc::store, errc::file_unwritable, errc::config_invalid There is no
///         way; says why.
/// @note Blocks on the disk or the network.
caf::expected<direct_store> open_direct_store(const result_places& places,
                                              const direct_settings& own);

/// Returns whether a store that was opened as `places` say is the head's still.
bool still_marked(const result_places& places, const direct_settings& own);

} // namespace pixmill::cluster
