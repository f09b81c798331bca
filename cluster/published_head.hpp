#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include "actors/node_directory.hpp"
#include "actors/protocol.hpp"
#include "cluster/endpoint.hpp"
#include "cluster/network.hpp"
#include "cluster/settings.hpp"

namespace pixmill::cluster {

/// Returns why a head must not be published as `settings` say; empty: it may.
/// @param now Unix seconds.
/// @retval errc::config_invalid Off loopback without a bundle that fits; says
///         how to get one.
caf::error check_publishing(const cluster_settings& settings, std::int64_t now);

/// A head that workers can join, for as long as it lives.
class published_head {
public:
  /// @param system Made with `add_network`; outlives it.
  /// @param store Where results go: `to_text` of `result_places`.
  /// @param directory Is told who can be looked into.
  /// @retval errc::config_invalid It cannot be listened on, or the system has
  ///         no heartbeats.
  static caf::expected<std::unique_ptr<published_head>>
  open(caf::actor_system& system, const cluster_settings& settings,
       actors::dispatcher_actor dispatcher, std::string store,
       std::shared_ptr<actors::node_directory> directory);
  ~published_head();
  published_head(const published_head&) = delete;
  published_head& operator=(const published_head&) = delete;

  /// Returns where it is joined.
  const endpoint& where() const noexcept {
    return where_;
  }

private:
  published_head(caf::actor_system& system, caf::actor hub, endpoint where);

  caf::actor_system& system_;
  caf::actor hub_;
  endpoint where_;
};

} // namespace pixmill::cluster
