#pragma once

#include <cstdint>
#include <string>

#include <caf/actor.hpp>
#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include "cluster/endpoint.hpp"

/// CAF's own network, with what it leaves off by default.
namespace pixmill::cluster {

/// How a node speaks to others.
struct network_settings {
  /// Certificate, key and CA in one file, checked; empty: plain TCP, which
  /// whoever reaches the port can crash us through.
  std::string bundle{};
};

/// Lets the actors of a system speak to other nodes, with heartbeats.
void add_network(caf::actor_system_config& config,
                 const network_settings& settings);

/// What both ends of a connection must have alike.
struct heartbeat_times {
  std::int64_t interval_ms = 0;
  std::int64_t timeout_ms = 0;

  bool operator==(const heartbeat_times&) const = default;
};

/// Returns what a system's network uses; zeros: it would never notice that a
/// peer is frozen.
heartbeat_times heartbeats_of(const caf::actor_system& system);

/// Lets others connect to `actor`.
/// @returns The port.
/// @retval errc::config_invalid It cannot be listened on; names `where`.
caf::expected<std::uint16_t> publish(caf::actor_system& system,
                                     const network_settings& settings,
                                     const caf::actor& actor,
                                     const endpoint& where);

/// Connects to what is published at `where`, or gives up after 10 s.
/// @retval errc::connect, errc::tls, errc::timeout Names `where`.
caf::expected<caf::actor> connect(caf::actor_system& system,
                                  const network_settings& settings,
                                  const endpoint& where);

} // namespace pixmill::cluster
