// A worker of another version, for tests/e2e/cluster_test.py: says hello to the
// head at HOST:PORT for two seconds, and on standard error what comes of it.

#include <chrono>
#include <thread>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/protocol.hpp"
#include "cluster/network.hpp"
#include "cluster/uplink.hpp"
#include "telemetry/log.hpp"

namespace {

using namespace std::chrono_literals;

struct peer_config : caf::actor_system_config {
  peer_config() {
    pixmill::actors::register_messages(*this);
    pixmill::cluster::add_network(*this, {});
  }
};

} // namespace

int main(int argc, char** argv) {
  using namespace pixmill;
  if (argc != 2)
    return 2;
  const auto head = cluster::endpoint::parse(argv[1], false);
  if (!head || !telemetry::start_log({}))
    return 2;
  peer_config config;
  caf::actor_system system{config};
  const auto end = std::chrono::steady_clock::now() + 2s;
  cluster::uplink link{system,
                       actors::worker_actor{},
                       {.head = *head,
                        .name = "skewed",
                        .protocol = 99,
                        .build = "9.9",
                        .over = [] { return false; }}};
  link.run([end](std::chrono::milliseconds pause) {
    std::this_thread::sleep_for(pause);
    return std::chrono::steady_clock::now() > end;
  });
  return 0;
}
