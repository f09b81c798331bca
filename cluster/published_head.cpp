#include "cluster/published_head.hpp"

#include <utility>

#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>

#include "cluster/certificates.hpp"
#include "cluster/hub.hpp"
#include "model/errc.hpp"

namespace pixmill::cluster {

caf::error check_publishing(const cluster_settings& settings,
                            std::int64_t now) {
  const auto where = endpoint::parse(settings.address, true);
  if (!where)
    return make_error(errc::config_invalid,
                      "[cluster] address = " + context_of(where.error()));
  if (!settings.bundle.empty())
    return check_bundle(settings.bundle, now);
  if (where->is_loopback())
    return {};
  return make_error(
    errc::config_invalid,
    "[cluster] address = " + settings.address
      + ": without a certificate only an address of this machine is published, "
        "such as 127.0.0.1:4242; make one: pixmill cert init, then pixmill "
        "cert issue NAME, then set [cluster] bundle to the file");
}

caf::expected<std::unique_ptr<published_head>>
published_head::open(caf::actor_system& system,
                     const cluster_settings& settings,
                     actors::dispatcher_actor dispatcher, std::string store,
                     std::shared_ptr<actors::node_directory> directory) {
  auto where = endpoint::parse(settings.address, true);
  if (!where)
    return std::move(where.error());
  const auto heartbeats = heartbeats_of(system);
  if (heartbeats.interval_ms <= 0
      || heartbeats.timeout_ms <= heartbeats.interval_ms)
    return make_error(errc::config_invalid,
                      "the actor system has no heartbeats: a frozen node would "
                      "never be noticed");
  auto hub_actor =
    system.spawn(hub, hub_setup{.dispatcher = std::move(dispatcher),
                                .store = std::move(store),
                                .heartbeats = heartbeats,
                                .directory = std::move(directory)});
  const auto port =
    publish(system, {.bundle = settings.bundle}, hub_actor, *where);
  if (!port) {
    caf::anon_send_exit(hub_actor, caf::exit_reason::user_shutdown);
    return port.error();
  }
  where->port = *port;
  return std::unique_ptr<published_head>{
    new published_head(system, std::move(hub_actor), std::move(*where))};
}

published_head::published_head(caf::actor_system& system, caf::actor hub,
                               endpoint where)
    : system_{system}, hub_{std::move(hub)}, where_{std::move(where)} {}

published_head::~published_head() {
  system_.middleman().unpublish(hub_, where_.port);
  caf::anon_send_exit(hub_, caf::exit_reason::user_shutdown);
}

} // namespace pixmill::cluster
