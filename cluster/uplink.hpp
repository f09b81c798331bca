#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include "actors/protocol.hpp"
#include "cluster/endpoint.hpp"
#include "cluster/network.hpp"

namespace pixmill::cluster {

/// What an uplink is made of.
struct uplink_setup {
  endpoint head;
  network_settings network{};
  std::string name; ///< Of this node.
  std::uint32_t protocol = actors::protocol_version;
  std::string build = PIXMILL_VERSION;
  /// What looks inside this node for the head; null: nothing does.
  actors::inspector_actor inspector{};
  /// Is told where results go, before the WORKER joins.
  std::function<void(const std::string&)> aim{};
  /// Whether the WORKER has ended, and with it the need for a head.
  std::function<bool()> over{};
};

/// Keeps a WORKER in touch with its head: dials out, again and again, and shows
/// it the DISPATCHER whenever the head is there. Listens on nothing.
class uplink {
public:
  /// @param system Made with `add_network`; outlives it.
  uplink(caf::actor_system& system, actors::worker_actor worker,
         uplink_setup setup);

  /// Works until `setup.over` says so, or `wait` does.
  /// @param wait Waits so long, and says whether to end.
  void run(const std::function<bool(std::chrono::milliseconds)>& wait);

private:
  using waiter = std::function<bool(std::chrono::milliseconds)>;

  struct welcome {
    caf::strong_actor_ptr dispatcher;
    std::string build;
    std::string store;
  };

  caf::expected<welcome> greet(caf::scoped_actor& self, const caf::actor& hub);
  caf::error stay(const waiter& wait);
  void complain(const caf::error& reason);

  caf::actor_system& system_;
  actors::worker_actor worker_;
  uplink_setup setup_;
  std::uint64_t life_;
  bool joined_before_ = false;
  bool ended_ = false;
  std::string last_complaint_;
  std::chrono::steady_clock::time_point complain_again_{};
};

} // namespace pixmill::cluster
