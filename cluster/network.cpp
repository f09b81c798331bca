#include "cluster/network.hpp"

#include <set>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>
#include <caf/openssl/publish.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>

#include "cluster/tls_errors.hpp"
#include "model/errc.hpp"

namespace pixmill::cluster {
namespace {

using namespace std::chrono_literals;

constexpr caf::timespan heartbeat_interval = 500ms;
constexpr caf::timespan connection_timeout = 2s;
constexpr auto connect_timeout = 10s;

constexpr auto interval_key = "middleman.heartbeat-interval";
constexpr auto timeout_key = "middleman.connection-timeout";

std::int64_t ms_of(caf::timespan x) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(x).count();
}

// The words of CAF are for programmers.
caf::error explain(const caf::error& reason, const endpoint& where,
                   const network_settings& settings) {
  if (reason == caf::sec::no_actor_published_at_port)
    return make_error(
      errc::connect,
      where.str()
        + ": the head takes us for itself: both have the same CAF node id, "
          "which follows from network cards, disk and process id. Start this "
          "node with another process id or outside of the head's network "
          "namespace");
  if (reason == caf::sec::disconnect_during_handshake
      || reason == caf::sec::cannot_connect_to_node
      || reason == caf::sec::connection_timeout)
    return make_error(
      settings.bundle.empty() ? errc::connect : errc::tls,
      where.str()
        + (settings.bundle.empty()
             ? ": no head answers in plain there: does it want a certificate "
               "([cluster] bundle)?"
             : ": the head and this node do not trust each other: both bundles "
               "must be of one authority and not expired"));
  return make_error(errc::connect, where.str() + ": " + context_of(reason));
}

} // namespace

void add_network(caf::actor_system_config& config,
                 const network_settings& settings) {
  config.load<caf::io::middleman>();
  config.set(interval_key, heartbeat_interval);
  config.set(timeout_key, connection_timeout);
  if (settings.bundle.empty())
    return;
  keep_tls_errors_apart();
  config.load<caf::openssl::manager>();
  // Members, not keys: what is set by key never reaches the TLS layer, and it
  // would let anybody in.
  config.openssl_certificate = settings.bundle;
  config.openssl_key = settings.bundle;
  config.openssl_cafile = settings.bundle;
}

heartbeat_times heartbeats_of(const caf::actor_system& system) {
  const auto& config = system.config();
  return {
    .interval_ms = ms_of(caf::get_or(config, interval_key, caf::timespan{0})),
    .timeout_ms = ms_of(caf::get_or(config, timeout_key, caf::timespan{0}))};
}

caf::expected<std::uint16_t> publish(caf::actor_system& system,
                                     const network_settings& settings,
                                     const caf::actor& actor,
                                     const endpoint& where) {
  const bool plain = settings.bundle.empty();
  auto port =
    plain
      ? system.middleman().publish(actor, where.port, where.host.c_str(), true)
      : caf::openssl::publish(actor, where.port, where.host.c_str(), true);
  if (!port)
    return make_error(errc::config_invalid, "[cluster] address = " + where.str()
                                              + ": it cannot be listened on: "
                                              + context_of(port.error()));
  return *port;
}

caf::expected<caf::actor> connect(caf::actor_system& system,
                                  const network_settings& settings,
                                  const endpoint& where) {
  const auto broker = settings.bundle.empty()
                        ? system.middleman().actor_handle()
                        : system.openssl_manager().actor_handle();
  caf::expected<caf::actor> out =
    make_error(errc::timeout, where.str() + ": no head answers there");
  caf::scoped_actor self{system};
  self
    ->request(broker, connect_timeout, caf::connect_atom::value, where.host,
              where.port)
    .receive(
      [&](const caf::node_id&, const caf::strong_actor_ptr& found,
          const std::set<std::string>&) {
        if (found)
          out = caf::actor_cast<caf::actor>(found);
        else
          out = explain(caf::sec::no_actor_published_at_port, where, settings);
      },
      [&](const caf::error& reason) {
        out = explain(reason, where, settings);
      });
  return out;
}

} // namespace pixmill::cluster
